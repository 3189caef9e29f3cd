# SPDX-License-Identifier: Apache-2.0
"""The three write APIs of InfluxDB: where they are, how they call things, what they answer.

Version 1 as 1.6.7 was seen to answer. ``uncertain:`` 2 and 3 are as their documentation tells: nobody had one to look
at; what a device sends is judged the same.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xky.protocol.uplinks.messages import HttpResponse

__all__ = ["DIALECTS", "PLAIN_NOT_FOUND", "Dialect", "json_response", "unit_ns"]

_JSON = ("Content-Type", "application/json")
_OF_V1 = (_JSON, ("X-Influxdb-Build", "OSS"), ("X-Influxdb-Version", "1.6.7"))
_OF_V2 = (("Content-Type", "application/json; charset=utf-8"), ("X-Influxdb-Build", "OSS"),
          ("X-Influxdb-Version", "v2.7.0"))  # fmt: skip
PLAIN_NOT_FOUND = HttpResponse(404, (("Content-Type", "text/plain; charset=utf-8"),), b"404 page not found\n")

_NS, _US, _MS, _S = 1, 1_000, 1_000_000, 1_000_000_000
_AUTO = 0


def json_response(status: int, content: object, headers: tuple[tuple[str, str], ...] = (_JSON,)) -> HttpResponse:
    """A response with JSON."""
    return HttpResponse(
        status, headers, json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """One write API; there is one object for each.

    Attributes:
        version: ``v1``, ``v2`` or ``v3``.
        path: where it is.
        database: the parameter of the query that names the database or bucket.
        wants: other parameters that nobody writes without.
        unauthorized: what a request with wrong credentials is answered with.
        precisions: nanoseconds of each unit that may be named; 0: guessed from the size of a time.
        unnamed: the unit where none is named.
        refuses_precision: an unknown one is refused; else it is read as ``unnamed``, in silence.
        unsigned: knows unsigned integers.
        needs_credentials: nobody writes without.
        conflict_status: what a point of another type is answered with.
        error: the response with an error, of status, text, and the lines that were refused (number, line, text).
        headers: of every answer.
    """

    version: str
    path: str
    database: str
    wants: tuple[str, ...]
    unauthorized: str
    precisions: Mapping[str, int]
    unnamed: str
    refuses_precision: bool
    unsigned: bool
    needs_credentials: bool
    conflict_status: int
    error: Callable[[int, str, "list[tuple[int, str, str]]"], HttpResponse]
    headers: tuple[tuple[str, str], ...]


def _error_v1(status: int, text: str, lines: list[tuple[int, str, str]]) -> HttpResponse:
    headers = (*_OF_V1, ("WWW-Authenticate", 'Basic realm="InfluxDB"')) if status == 401 else _OF_V1
    return json_response(status, {"error": text}, headers)


_CODES_V2 = {400: "invalid", 401: "unauthorized", 403: "forbidden", 404: "not found", 413: "request too large",
             422: "unprocessable entity", 429: "too many requests", 503: "unavailable"}  # fmt: skip


def _error_v2(status: int, text: str, lines: list[tuple[int, str, str]]) -> HttpResponse:
    return json_response(status, {"code": _CODES_V2.get(status, "internal error"), "message": text}, _OF_V2)


def _error_v3(status: int, text: str, lines: list[tuple[int, str, str]]) -> HttpResponse:
    if not lines:
        return json_response(status, {"error": text})
    told = [{"original_line": line, "line_number": number, "error_message": why} for number, line, why in lines]
    return json_response(status, {"error": "partial write of line protocol occurred", "data": told})


DIALECTS = {dialect.path: dialect for dialect in (
    Dialect("v1", "/write", "db", (), "authorization failed",
            {"n": _NS, "ns": _NS, "u": _US, "ms": _MS, "s": _S, "m": 60 * _S, "h": 3600 * _S},
            unnamed="ns", refuses_precision=False, unsigned=False, needs_credentials=False, conflict_status=400,
            error=_error_v1, headers=_OF_V1),  # 1.6.7 reads "us" and "µ" as ns
    Dialect("v2", "/api/v2/write", "bucket", ("org",), "unauthorized access",
            {"ns": _NS, "us": _US, "ms": _MS, "s": _S},
            unnamed="ns", refuses_precision=True, unsigned=True, needs_credentials=True, conflict_status=422,
            error=_error_v2, headers=_OF_V2),
    Dialect("v3", "/api/v3/write_lp", "db", (), "the request was not authenticated",
            {"ns": _NS, "us": _US, "ms": _MS, "s": _S, "nanosecond": _NS, "microsecond": _US, "millisecond": _MS,
             "second": _S, "auto": _AUTO},
            unnamed="auto", refuses_precision=True, unsigned=True, needs_credentials=False, conflict_status=400,
            error=_error_v3, headers=(_JSON,)),
)}  # fmt: skip


def unit_ns(dialect: Dialect, precision: str, time: int) -> int:
    """Nanoseconds of the unit of a time.

    Args:
        dialect: who reads it.
        precision: one that it knows.
        time: as the line says it: InfluxDB 3 guesses by its size where none is named (right until 2128).
    """
    unit = dialect.precisions[precision]
    if unit != _AUTO:
        return unit
    size = abs(time) // _S
    return next((unit for limit, unit in ((5, _S), (5_000, _MS), (5_000_000, _US)) if size < limit), _NS)
