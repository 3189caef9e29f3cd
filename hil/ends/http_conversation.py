# SPDX-License-Identifier: Apache-2.0
"""One HTTP connection, seen from the end: requests come out of bytes in order, answers go back when there are any.

A request that is there in one piece is looked up (``http_head``); any other goes through h11. Kept alive, pipelined, or
one request each. What a client may make the end remember is bounded.
"""

from collections.abc import Callable

import h11

from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

from .end import Conversation
from .http_head import is_kept_alive, names_and_values, plain_request, response_bytes

__all__ = ["Answer", "HttpConversation"]

Answer = Callable[[HttpResponse], None]
BODY_MAX = 1 << 20  # bytes of one body; more is answered with 413
_WAITING_MAX = 2 * BODY_MAX  # bytes of further requests while one waits for its answer


class HttpConversation(Conversation):
    """One connection.

    Args:
        write: takes the bytes of answers.
        close: cuts the connection from this side.
        on_request: told of each request, with what takes its answer, now, later or never.
        on_unreadable: told in one line of what is no HTTP, or too much of it.
        on_gone: told once, when the connection is no more.
    """

    def __init__(
        self,
        write: Callable[[bytes], None],
        close: Callable[[], None],
        on_request: Callable[[HttpRequest, Answer], None],
        on_unreadable: Callable[[str], None],
        on_gone: Callable[["HttpConversation"], None] = lambda _: None,
    ) -> None:
        self._write, self._close = write, close
        self._on_request, self._on_unreadable, self._on_gone = on_request, on_unreadable, on_gone
        self._waiting = bytearray()  # bytes that came while a request waits for its answer
        self._is_busy = self._is_reading = self._is_gone = False
        self._is_kept_alive = self._to_head = False
        self._forget()

    def _forget(self) -> None:
        self._http: h11.Connection | None = None  # while a request is under way
        self._request: h11.Request | None = None
        self._body = bytearray()

    def receive(self, data: bytes) -> None:
        """Bytes of the client."""
        if self._is_gone:
            return
        self._waiting += data
        if self._is_busy and len(self._waiting) > _WAITING_MAX:
            self._on_unreadable(f"more than {_WAITING_MAX} bytes before the last request was answered")
            self.hang_up()
        elif not self._is_reading:
            self._read()

    def _read(self) -> None:
        """Take requests out of what came, one after the other: no answer makes this deeper."""
        self._is_reading = True
        while self._waiting and not self._is_busy and not self._is_gone:
            data = bytes(self._waiting)
            self._waiting.clear()
            plain = plain_request(data) if self._http is None else None
            if plain is not None:
                self._ask(*plain)
            else:
                self._read_by_h11(data)
        self._is_reading = False

    def _read_by_h11(self, data: bytes) -> None:
        if self._http is None:
            self._http = h11.Connection(h11.SERVER)
        http = self._http
        try:
            http.receive_data(data)
            while (event := http.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Request):
                    self._request = event
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > BODY_MAX:
                        self._give_up(f"a body of more than {BODY_MAX} bytes", 413)
                        return
                elif isinstance(event, h11.EndOfMessage):
                    self._ask_of_h11(http)
                    return
                else:
                    return
            if http.they_are_waiting_for_100_continue:
                sent = http.send(h11.InformationalResponse(status_code=100, headers=[], reason="Continue"))
                self._write(sent or b"")
        except h11.RemoteProtocolError as error:
            self._give_up(f"no HTTP: {error}", error.error_status_hint)

    def _ask_of_h11(self, http: h11.Connection) -> None:
        event, body = self._request, bytes(self._body)
        assert event is not None
        headers = names_and_values(event.headers)
        self._waiting[:0] = http.trailing_data[0]
        self._forget()
        request = HttpRequest(event.method.decode("latin-1"), event.target.decode("latin-1"), headers, body)
        self._ask(request, is_kept_alive(headers, event.http_version))

    def _ask(self, request: HttpRequest, is_kept_alive: bool) -> None:
        self._is_busy, self._is_kept_alive, self._to_head = True, is_kept_alive, request.method == "HEAD"
        self._on_request(request, self._answer)

    def _answer(self, response: HttpResponse) -> None:
        if self._is_gone or not self._is_busy:
            return
        self._is_busy = False
        self._write(response_bytes(response, to_head=self._to_head))
        if not self._is_kept_alive:
            self.hang_up()
        elif not self._is_reading:
            self._read()

    def _give_up(self, text: str, status: int) -> None:
        self._on_unreadable(text)
        if not self._is_gone:
            self._write(response_bytes(HttpResponse(status, (("Connection", "close"),), b"")))
        self.hang_up()

    def hang_up(self) -> None:
        """Cut the connection from this side; safe to call twice."""
        if not self._is_gone:
            self.lost()
            self._close()

    def lost(self) -> None:
        """The connection is gone."""
        if not self._is_gone:
            self._is_gone = True
            self._waiting.clear()
            self._forget()
            self._on_gone(self)
