# SPDX-License-Identifier: Apache-2.0
"""Asks an HTTP server as a board does, on the bench's clock: an end of the bench in virtual time, or a socket.

Both send the same bytes. A connection is kept while the server keeps it. Where nobody listens, or the server hangs up
before it has answered, the answer is None; where nobody answers there is none, and the connection is given up once
nobody waits for it any longer.
"""

import contextlib
import errno
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import h11
import simpy

from xky.emulator.runner import RealTime
from xky.protocol import BenchError
from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

from .end import Conversation, End
from .http_head import asking, is_kept_alive, names_and_values, plain_response, request_bytes

__all__ = ["HttpClient", "SocketHttp", "VirtualHttp"]

_CHUNK = 65_536  # bytes read at once
_ANSWER_MAX = 64 << 20  # bytes of an answer; what sends more is hung up on
_RETRY_S = 0.002  # bench seconds until what the kernel did not take is tried again


class _Connection(ABC):
    """One connection, on which one request at a time waits for its answer."""

    def __init__(self, client: "HttpClient") -> None:
        self._client = client
        self.asked: simpy.Event | None = None
        self.asked_at_s = 0.0
        self._method = ""
        self._http: h11.Connection | None = None
        self._response: h11.Response | None = None
        self._body = bytearray()

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody waits for the answer any longer."""
        return self.asked is not None and not self.asked.callbacks and self.asked_at_s < self._client.env.now

    def ask(self, method: str, data: bytes) -> simpy.Event:
        """Send a request."""
        answered = self.asked = self._client.env.event()
        self.asked_at_s, self._method = self._client.env.now, method
        self._http, self._response, self._body = None, None, bytearray()
        self.send(data)
        return answered

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Put bytes on the way."""

    @abstractmethod
    def hang_up(self) -> None:
        """Let go of it, without a word."""

    def came(self, data: bytes) -> None:
        """Bytes of the server."""
        if self.asked is None:  # nobody asked: what is said now is no answer to what is asked later
            self._client.drop(self)
            return
        plain = plain_response(data) if self._http is None and self._method != "HEAD" else None
        if plain is not None:
            self._settle(*plain)
            return
        if self._http is None:
            self._http = asking(self._method)
        try:
            self._http.receive_data(data)
            self._read(self._http)
        except h11.RemoteProtocolError:
            self._client.heard_no_http = True
            self._settle(None, False)

    def _read(self, http: h11.Connection) -> None:
        while True:
            event = http.next_event()
            if isinstance(event, h11.Response):
                self._response = event
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > _ANSWER_MAX:
                    self._settle(None, False)
                    return
            elif isinstance(event, h11.EndOfMessage) and self._response is not None:
                headers = names_and_values(self._response.headers)
                response = HttpResponse(self._response.status_code, headers, bytes(self._body))
                stays = http.their_state is h11.DONE and not http.trailing_data[0]
                self._settle(response, stays and is_kept_alive(headers, self._response.http_version))
                return
            elif not isinstance(event, h11.InformationalResponse):
                return  # more has to come, or the server is gone

    def ended(self) -> None:
        """The server has closed."""
        if self.asked is not None and self._http is not None and self._response is not None:
            with contextlib.suppress(h11.RemoteProtocolError):  # cut in the middle, unless the end is its length
                self._http.receive_data(b"")
                self._read(self._http)
        self._settle(None, False)

    def _settle(self, response: HttpResponse | None, stays: bool) -> None:
        asked, self.asked = self.asked, None
        self._http = None
        if not stays:
            self._client.drop(self)
        if asked is not None and not asked.triggered:
            asked.succeed(response)


class HttpClient(ABC):
    """Who asks.

    Args:
        env: the bench's clock.
        host: what the header Host says, unless a request has its own.

    Attributes:
        heard_no_http: whether something was answered once that is no HTTP.
    """

    def __init__(self, env: simpy.Environment, host: str) -> None:
        self.env, self.host = env, host
        self._connections: list[_Connection] = []
        self.heard_no_http = False

    def request(self, request: HttpRequest) -> simpy.Event:
        """Ask: the event's value is an ``HttpResponse``, or None where nobody listens, or who listened has gone; it
        never happens where nobody answers.

        Raises:
            ValueError: no request of HTTP.
        """
        data = request_bytes(request, self.host)
        for connection in [each for each in self._connections if each.is_forgotten]:
            self.drop(connection)
        for connection in self._connections:
            if connection.asked is None:
                return connection.ask(request.method, data)
        opened = self._open()
        if opened is None:
            return self.env.event().succeed(None)
        self._connections.append(opened)
        return opened.ask(request.method, data)

    @abstractmethod
    def _open(self) -> _Connection | None:
        """A connection, or None where nobody listens."""

    def drop(self, connection: _Connection) -> None:
        """Let go of a connection; safe to call twice."""
        if connection in self._connections:
            self._connections.remove(connection)
            connection.hang_up()

    def cut(self) -> None:
        """Who asks has lost its power: every connection is gone without a word, no answer comes any more."""
        for connection in tuple(self._connections):
            connection.asked = None
            self.drop(connection)


class VirtualHttp(HttpClient):
    """Asks an end of the bench directly: the same bytes, no socket, no time.

    Args:
        end: whose conversations speak HTTP.
        host: as it would be on the network.
    """

    def __init__(self, end: End, host: str = "127.0.0.1:8086") -> None:
        super().__init__(end.env, host)
        self._end = end

    def _open(self) -> "_ToEnd | None":
        return None if self._end.is_down else _ToEnd(self, self._end)


class _ToEnd(_Connection):
    def __init__(self, client: HttpClient, end: End) -> None:
        super().__init__(client)
        self._conversation: Conversation | None = end.converse(self.came, self._closed)

    def send(self, data: bytes) -> None:
        if self._conversation is not None:
            self._conversation.receive(data)

    def _closed(self) -> None:
        self._conversation = None
        self.ended()

    def hang_up(self) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.lost()


class SocketHttp(HttpClient):
    """Asks a server over TCP; nothing of it blocks the bench's clock.

    Args:
        runner: of the bench's clock.
        env: the bench's clock.
        host: name or address; a name is looked up once, now.
        port: TCP port.
        shown: how the server is called in messages; ``HOST:PORT`` unless told.

    Raises:
        BenchError: the name is not known.
    """

    def __init__(self, runner: RealTime, env: simpy.Environment, host: str, port: int, shown: str = "") -> None:
        super().__init__(env, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        self.runner = runner
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise BenchError(f"{shown or self.host}: not found ({reason}); check the name") from None
        self._family: socket.AddressFamily = found[0][0]
        self._address: Any = found[0][4]

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Call ``act`` in ``delay_s`` seconds of the bench's clock."""
        alarm = self.env.timeout(delay_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: act())

    def _open(self) -> "_ToServer | None":
        try:
            connection = socket.socket(self._family, socket.SOCK_STREAM)
        except OSError as error:
            raise BenchError(f"{self.host}: no socket left ({error.strerror})") from None
        connection.setblocking(False)
        if connection.connect_ex(self._address) not in (0, errno.EINPROGRESS):
            connection.close()
            return None
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _ToServer(self, connection)


class _ToServer(_Connection):
    def __init__(self, client: SocketHttp, connection: socket.socket) -> None:
        super().__init__(client)
        self._runner, self._after, self._socket = client.runner, client.after, connection
        self._waiting = bytearray()
        self._is_open = True
        self._runner.watch(connection.fileno(), self._listen)

    def _listen(self) -> None:
        if not self._is_open:
            return
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:  # refused, or reset
            data = b""
        if data:
            self.came(data)
        else:
            self.ended()

    def send(self, data: bytes) -> None:
        self._waiting += data
        self._send()

    def _send(self) -> None:
        try:
            while self._waiting and self._is_open:
                del self._waiting[: self._socket.send(self._waiting)]
        except BlockingIOError:  # not yet connected, or full
            self._after(_RETRY_S, self._send)
        except OSError:  # the reading side will notice
            self._waiting.clear()

    def hang_up(self) -> None:
        if self._is_open:
            self._is_open = False
            with contextlib.suppress(KeyError, ValueError):
                self._runner.unwatch(self._socket.fileno())
            self._socket.close()
