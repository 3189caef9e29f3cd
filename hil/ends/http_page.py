# SPDX-License-Identifier: Apache-2.0
"""Looks at a page of the device over HTTP, again and again: what it says each time is a payload.

Facts of a payload: ``status``, ``content_type``, ``changed`` (since the last look). Events: ``refused`` (``status``),
``unreachable`` and ``reachable``, each once for each change.
"""

import json
from typing import Any

import simpy

from xky.emulator.runner import RealTime
from xky.protocol import BenchError
from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

from .end import Observer
from .http_address import HttpAddress, http_address
from .http_client import SocketHttp

__all__ = ["HttpPage", "page_address"]

_PAGE_MAX = 1 << 20  # bytes
_PATIENCE_S = 10.0  # real seconds for the first answer
_ANSWER_S = 2.0  # real seconds for each later one
_POLL_S, _POLL_REAL_S = 1.0, 0.1  # bench and real seconds between two looks, whichever is longer


def page_address(spec: str) -> HttpAddress:
    """The page that ``http://[USER:PASSWORD@]HOST:PORT/PAGE`` names.

    Raises:
        InputError: it names none.
    """
    return http_address(spec, "http://HOST:PORT/PAGE", 80)


class HttpPage(Observer):
    """A page, looked at.

    Args:
        env: the bench's clock.
        runner: plays it.
        address: of ``page_address``.
        every_s: seconds of the bench's clock between two looks; None: one, or a tenth of a real one.

    Raises:
        BenchError: its host is not known; out of the clock, if nobody has answered there in ten real seconds.
    """

    name = "http"

    def __init__(
        self, env: simpy.Environment, runner: RealTime, address: HttpAddress, *, every_s: float | None = None
    ) -> None:
        super().__init__(env)
        self.address = address
        self._every_s = max(_POLL_S, _POLL_REAL_S * runner.speed) if every_s is None else every_s
        self._give_up_s = env.now + _PATIENCE_S * runner.speed
        self._answer_s = _ANSWER_S * runner.speed
        self._request = HttpRequest("GET", address.target, (("Accept", "*/*"), *address.headers))
        self._client = SocketHttp(runner, env, address.host, address.port, address.shown)
        self._was_seen = self._is_closed = False
        self._is_reachable = True
        self._last: bytes | None = None
        self._status = 200
        env.process(self._watch())

    def close(self) -> None:
        """Look no more; safe to call twice."""
        self._is_closed = True
        self._client.cut()

    def _watch(self) -> "simpy.events.ProcessGenerator":
        while not self._is_closed:
            answered = self._client.request(self._request)
            yield answered | self.env.timeout(self._answer_s)
            if self._is_closed:
                return
            response = answered.value if answered.triggered else None
            self._reached(response is not None)
            if response is not None:
                self._look_at(response)
            yield self.env.timeout(self._every_s)

    def _reached(self, is_reachable: bool) -> None:
        self._was_seen = self._was_seen or is_reachable
        if not self._was_seen and self.env.now >= self._give_up_s:
            who = "what answers there speaks no HTTP" if self._client.heard_no_http else "nobody answers there"
            raise BenchError(f"{self.address.shown}: {who}; start the device, or mend the address")
        if is_reachable != self._is_reachable and self._was_seen:
            self._is_reachable = is_reachable
            kind, what = ("reachable", "answers again") if is_reachable else ("unreachable", "does not answer")
            self.happened(kind, f"{self.address.shown}: {what}")

    def _look_at(self, response: HttpResponse) -> None:
        status, was = response.status, self._status
        self._status = status
        if status != 200 or len(response.body) > _PAGE_MAX:
            if status != was or status == 200:
                what = f"a page of more than {_PAGE_MAX} bytes" if status == 200 else f"answered {status}"
                self.happened("refused", f"{self.address.shown}: {what}", status=status)
            return
        kind = next((value for name, value in response.headers if name == "content-type"), "")
        page = self.address.target.partition("?")[0]
        changed, self._last = response.body != self._last, response.body
        self.arrived(page, _content(response.body, kind), response.body, status=status, content_type=kind,
                     changed=changed)  # fmt: skip


def _content(body: bytes, kind: str) -> Any:
    """A JSON value where the page is one, else its text."""
    text = body.decode(errors="replace")
    if "json" in kind or text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    return text
