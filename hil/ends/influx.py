# SPDX-License-Identifier: Apache-2.0
"""The InfluxDB end: takes writes of versions 1, 2 and 3, answers as the real ones do, and judges each body by itself.

A payload is a point that the database keeps: content ``{"measurement", "tags", "fields", "time"}``, time in nanoseconds
or None. Its facts: ``version`` (v1, v2, v3), ``database``, ``precision`` and ``precision_named``, ``status`` answered
(400 and 422 keep points, too), ``types`` of the fields, ``line`` of its body, ``write`` (number of the write).
What is refused as a whole, or never answered, is no payload: a device sends it again.

Events: ``unreadable`` (a line or body is not kept; facts ``rule``, ``line``, ``column``, ``found``), ``misread`` (kept,
but not as it was meant: likewise), ``type_conflict`` (``measurement``, ``field``, ``was``, ``came``, ``line``),
``precision`` (``rule``: unknown, or unnamed beside a time), ``refused`` (``status``, ``path``, ``reason``, ``data``),
``unanswered`` (``path``, ``data``), ``no_http``. Those of a write have ``version``, ``database``, ``status`` and
``write``. What a line may have wrong stands in ``protocol/uplinks/line_rules.py``.
"""

import functools
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import simpy

from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

from .credentials import Credential, credential_of, masked
from .end import Conversation, End, Payload
from .http_conversation import Answer, HttpConversation
from .influx_body import BODY_MAX, LINES_MAX, Books, Judged, inflated
from .influx_dialect import DIALECTS, PLAIN_NOT_FOUND, Dialect, json_response

__all__ = ["InfluxEnd"]

_new = tuple.__new__  # a third of what the class itself takes
_DATA_KEPT = 65_536  # bytes of a body that was not taken, as evidence
_PARAMETERS_MAX = 32
_CREDENTIALS_MAX = 1000
_CREATE = re.compile(r'\s*CREATE\s+DATABASE\s+(?:"([^"]+)"|(\w+))', re.IGNORECASE)
_CREATE_POLICY = re.compile(r"\s*CREATE\s+RETENTION\s+POLICY\s", re.IGNORECASE)
_SHOW = re.compile(r"\s*SHOW\s+DATABASES\s*;?\s*\Z", re.IGNORECASE)
_V1 = DIALECTS["/write"]
_ABOUT_ITSELF = {
    "/ping": HttpResponse(204, _V1.headers),
    "/health": json_response(200, {
        "name": "influxdb", "message": "ready for queries and writes", "status": "pass", "checks": [],
        "version": "v2.7.0", "commit": "xky",
    }),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Target:
    path: str
    parameters: dict[str, str]


@functools.lru_cache(128)
def _target(text: str) -> _Target:
    path, _, query = text.partition("?")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_PARAMETERS_MAX)
    except ValueError:
        pairs = []
    return _Target(path, dict(reversed(pairs)))  # the first of a name counts


class InfluxEnd(End):
    """An InfluxDB that looks at what it is given.

    Args:
        env: the bench's clock.
        databases: that exist, bucket or database; None: every name does.
        accepts: who may write; None: everybody (InfluxDB 2 wants to be told a token all the same).

    Attributes:
        answers_with: a status that every request is answered with, and nothing done, such as 401, 500, 503.
        answers_after_s: seconds of the bench's clock until an answer goes out; what was written is kept at once.
        credentials_seen: what clients said; in no text of a payload or event.
        requests: how many were asked.
        connections: how many were made.
    """

    name = "influx"

    def __init__(
        self,
        env: simpy.Environment,
        *,
        databases: Collection[str] | None = None,
        accepts: Collection[Credential] | None = None,
    ) -> None:
        super().__init__(env)
        self.answers_with: int | None = None
        self.answers_after_s = 0.0
        self.credentials_seen: set[Credential] = set()
        self.requests = self.connections = 0
        self._databases = None if databases is None else set(databases)
        self._accepts = None if accepts is None else set(accepts)
        self._books = Books()
        self._conversations: set[HttpConversation] = set()

    def converse(self, write: Callable[[bytes], None], close: Callable[[], None]) -> Conversation:
        """A client connects."""
        self.connections += 1
        conversation = HttpConversation(write, close, self._ask, self._no_http, self._conversations.discard)
        self._conversations.add(conversation)
        return conversation

    def go_down(self) -> None:
        """Be away from now on, and cut who is there."""
        super().go_down()
        for conversation in tuple(self._conversations):
            conversation.hang_up()

    def happened(self, kind: str, text: str, **facts: Any) -> None:
        """Something did; its text is for people, and names no secret."""
        hidden = {key: self._masked(value) if isinstance(value, str) else value for key, value in facts.items()}
        super().happened(kind, self._masked(text), **hidden)

    def _masked(self, text: str) -> str:
        return masked(text, self.credentials_seen)

    def _no_http(self, text: str) -> None:
        self.happened("no_http", text)

    def _ask(self, request: HttpRequest, answer: Answer) -> None:
        self.requests += 1
        target = _target(request.target)
        said = credential_of(request.headers, target.parameters)
        if said is not None and len(self.credentials_seen) < _CREDENTIALS_MAX:
            self.credentials_seen.add(said)
        if self.is_silent:
            self.happened("unanswered", f"{request.method} {target.path}: never answered",
                          path=target.path, data=request.body[:_DATA_KEPT])  # fmt: skip
            return
        response = self._response(request, target, said)
        if self.answers_after_s > 0:
            self.after(self.answers_after_s, lambda: answer(response))
        else:
            answer(response)

    def _response(self, request: HttpRequest, target: _Target, said: Credential | None) -> HttpResponse:
        dialect = DIALECTS.get(target.path)
        if self.answers_with is not None:
            return self._refuse(dialect or _V1, request, target, self.answers_with, "as the bench asked for")
        if dialect is not None:
            return self._write(dialect, request, target, said)
        if target.path == "/query":
            if self._lets_in(_V1, said):
                return self._query(request, target)
            return self._refuse(_V1, request, target, 401, "authorization failed")
        if target.path in _ABOUT_ITSELF:
            return _ABOUT_ITSELF[target.path]
        self._refuse(_V1, request, target, 404, "nothing is there")
        return PLAIN_NOT_FOUND

    def _lets_in(self, dialect: Dialect, said: Credential | None) -> bool:
        if self._accepts is None:
            return said is not None or not dialect.needs_credentials
        return said in self._accepts

    def _refuse(
        self, dialect: Dialect, request: HttpRequest, target: _Target, status: int, reason: str
    ) -> HttpResponse:
        self.happened(
            "refused", f"{request.method} {target.path}: answered {status}: {reason}", status=status, path=target.path,
            reason=reason, version=dialect.version, data=request.body[:_DATA_KEPT],
        )  # fmt: skip
        return dialect.error(status, reason, [])

    # Writing ----------------------------------------------------------------------------------------------------------

    def _write(self, dialect: Dialect, request: HttpRequest, target: _Target, said: Credential | None) -> HttpResponse:
        fault = self._why_not(dialect, request.method, target.parameters, said)
        if fault is not None:
            return self._refuse(dialect, request, target, *fault)
        database = target.parameters[dialect.database]
        precision = target.parameters.get("precision", "")
        if precision and precision not in dialect.precisions and dialect.refuses_precision:
            self._fault(dialect, database, 400, "precision", f"precision {precision!r} is unknown", rule="unknown")
            reason = f"invalid precision {precision!r}; known: {', '.join(dialect.precisions)}"
            return self._refuse(dialect, request, target, 400, reason)
        body = self._unpacked(dialect, request, database)
        return body if isinstance(body, HttpResponse) else self._take(dialect, database, precision, body)

    def _why_not(
        self, dialect: Dialect, method: str, parameters: dict[str, str], said: Credential | None
    ) -> tuple[int, str] | None:
        """Status and reason, where a write is refused before anybody looks at its body."""
        name = parameters.get(dialect.database, "")
        missing = next((key for key in (dialect.database, *dialect.wants) if not parameters.get(key)), None)
        if method != "POST":
            return 405, "Method Not Allowed"
        if not self._lets_in(dialect, said):
            return 401, dialect.unauthorized
        if missing is not None:
            return 400, "database is required" if dialect.version == "v1" else f"{missing} is required"
        if self._databases is not None and name not in self._databases:
            return 404, f'{"bucket" if dialect.version == "v2" else "database"} not found: "{name}"'
        return None

    def _unpacked(self, dialect: Dialect, request: HttpRequest, database: str) -> bytes | HttpResponse:
        """The body as it was meant, or what is answered where that can't be had."""
        packing = next((value.strip().lower() for name, value in request.headers if name == "content-encoding"), "")
        body: bytes | None = request.body
        if packing == "gzip":
            body = inflated(request.body)
        elif packing not in ("", "identity"):  # 1.6.7 takes it for plain, in silence
            self._fault(dialect, database, 400, "unreadable", f"Content-Encoding {packing!r}: only gzip is known",
                        rule="content_encoding", line=0, column=0, found=packing)  # fmt: skip
            return dialect.error(400, f"unknown Content-Encoding {packing!r}", [])
        if body is None:
            self._fault(dialect, database, 400, "unreadable", f"no gzip, cut off, or more than {BODY_MAX} bytes in it",
                        rule="gzip", line=0, column=0, found="")  # fmt: skip
            return dialect.error(400, "unexpected EOF", [])
        if body.count(b"\n") >= LINES_MAX:
            self._fault(dialect, database, 413, "unreadable", f"a body of {LINES_MAX} lines or more",
                        rule="too_large", line=0, column=0, found="")  # fmt: skip
            return dialect.error(413, "Request Entity Too Large", [])
        return body

    def _take(self, dialect: Dialect, database: str, asked: str, body: bytes) -> HttpResponse:
        precision = asked if asked in dialect.precisions else dialect.unnamed
        outcome = self._books.judged(body, dialect, precision, database, self._masked)
        status, text = _verdict(outcome, dialect)
        facts = {"version": dialect.version, "database": database, "status": status, "write": self.requests}
        if asked and asked not in dialect.precisions:
            self.happened(
                "precision", f"precision {asked!r} is unknown, and read as {precision}", rule="unknown", **facts
            )
        elif not asked and outcome.is_timed:
            self.happened("precision", f"no precision beside a time: read as {precision}", rule="unnamed", **facts)
        for fault in outcome.faults:
            self.happened(fault.kind, f"{dialect.path} {fault.text}", **fault.facts, **facts)
        if outcome.more:
            text = f"{dialect.path}: {outcome.more} more like that"
            self.happened("unreadable", text, rule="more", more=outcome.more, **facts)
        now_s, before, told, payloads = self.now_s, None, facts, []
        for line, measurement, content, types, _, _ in outcome.kept:
            if types is not before:  # as a rule all have one field of one type, and the same facts
                before = types
                told = {"precision": precision, "precision_named": bool(asked), "types": types, **facts}
            payloads.append(_new(Payload, (now_s, measurement, content, line, told)))
        self.take(payloads)
        return HttpResponse(204, dialect.headers) if status == 204 else dialect.error(status, text, outcome.refused)

    def _fault(self, dialect: Dialect, database: str, status: int, kind: str, text: str, **facts: Any) -> None:
        self.happened(kind, f"{dialect.path} {text}", version=dialect.version, database=database, status=status,
                      write=self.requests, **facts)  # fmt: skip

    # Asking -----------------------------------------------------------------------------------------------------------

    def _query(self, request: HttpRequest, target: _Target) -> HttpResponse:
        """What client libraries ask for as they start, and nothing else."""
        asked = target.parameters.get("q", "")
        if not asked and request.method == "POST":
            asked = _target("?" + request.body[:_DATA_KEPT].decode(errors="replace")).parameters.get("q", "")
        if created := _CREATE.match(asked):
            if self._databases is not None:
                self._databases.add(created[1] or created[2])
            return json_response(200, {"results": [{"statement_id": 0}]}, _V1.headers)
        if _CREATE_POLICY.match(asked):
            return json_response(200, {"results": [{"statement_id": 0}]}, _V1.headers)
        if _SHOW.match(asked):
            names = sorted(self._databases or self._books.databases)
            series = {"name": "databases", "columns": ["name"], "values": [[name] for name in names]}
            return json_response(200, {"results": [{"statement_id": 0, "series": [series]}]}, _V1.headers)
        reason = "error parsing query: this end knows CREATE DATABASE and SHOW DATABASES" if asked else (
            'missing required parameter "q"')  # fmt: skip
        return self._refuse(_V1, request, target, 400, reason)


def _verdict(outcome: Judged, dialect: Dialect) -> tuple[int, str]:
    """Status and text of the answer."""
    if outcome.conflict:
        return dialect.conflict_status, f"{outcome.conflict} dropped={outcome.dropped}"
    if outcome.refused:
        words = "\n".join(why for _, _, why in outcome.refused)
        return 400, f"partial write: {words} dropped=0" if outcome.kept else words
    return 204, ""
