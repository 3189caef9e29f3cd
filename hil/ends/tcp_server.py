# SPDX-License-Identifier: Apache-2.0
"""Carries an end's conversations over TCP, on the bench's clock: nothing blocks it, and a client that floods is sent
away."""

import contextlib
import errno
import socket
import struct

from xky.emulator.runner import RealTime
from xky.protocol import BenchError, InputError, XkyError

from .end import End

__all__ = ["LOOPBACK", "TcpServer", "not_listened_at"]

LOOPBACK = "127.0.0.1"
_CHUNK = 65_536  # bytes read at once
_UNREAD_MAX = 1 << 20  # bytes of answers that a client leaves unread before it is sent away
_RETRY_S = 0.02  # bench seconds until what the kernel did not take is tried again
_CLIENTS_MAX = 64


class _Client:
    def __init__(self, server: "TcpServer", connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._server, self._connection = server, connection
        self._waiting = bytearray()
        self.here = True
        server.runner.watch(connection.fileno(), self._listen)
        self._conversation = server.end.converse(self._write, self.close)

    def _listen(self) -> None:
        try:
            data = self._connection.recv(_CHUNK) if self.here else b""
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not self.here:
            return
        if data:
            self._conversation.receive(data)
            return
        self.close()
        self._conversation.lost()

    def _write(self, data: bytes) -> None:
        if self.here:
            self._waiting += data
            self._send()

    def _send(self) -> None:
        if not self.here:
            return
        try:
            while self._waiting:
                del self._waiting[: self._connection.send(self._waiting)]
        except BlockingIOError:
            if len(self._waiting) > _UNREAD_MAX:
                self.close()
                self._conversation.lost()
            else:
                self._server.end.after(_RETRY_S, self._send)
        except OSError:  # the reading side will notice
            self._waiting.clear()

    def close(self) -> None:
        """Let go of it; safe to call twice."""
        if self.here:
            self.here = False
            with contextlib.suppress(KeyError, ValueError):
                self._server.runner.unwatch(self._connection.fileno())
            self._connection.close()
            self._server.clients.discard(self)


class TcpServer:
    """Listens for an end.

    Args:
        end: takes the conversations; while it is down, connections are reset.
        runner: of the bench's clock.
        host: address to listen at; nobody but this machine reaches the usual one.
        port: number, or 0 for any free one.

    Raises:
        InputError: that address cannot be listened at.
        BenchError: the system has no socket left.
    """

    def __init__(self, end: End, runner: RealTime, *, host: str = LOOPBACK, port: int = 0) -> None:
        self.end, self.runner = end, runner
        self.clients: set[_Client] = set()
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host, port), family=family, backlog=_CLIENTS_MAX)
        except (OSError, OverflowError) as error:
            raise not_listened_at(f"{end.name}:{host}:{port}", error) from None
        self._socket.setblocking(False)
        self.host, self.port = host, int(self._socket.getsockname()[1])
        runner.watch(self._socket.fileno(), self._let_in)

    @property
    def address(self) -> str:
        """``HOST:PORT``, as a device's command gets it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def _let_in(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # nobody, or one that has gone again
                return
            if self.end.is_down or len(self.clients) >= _CLIENTS_MAX:
                _reset(connection)
            elif (client := _Client(self, connection)).here:  # an end may send it away at once
                self.clients.add(client)

    def close(self) -> None:
        """Stop listening, and cut who is there; safe to call twice."""
        with contextlib.suppress(KeyError, ValueError):
            self.runner.unwatch(self._socket.fileno())
        for client in tuple(self.clients):
            client.close()
        self._socket.close()


def not_listened_at(place: str, error: OSError | OverflowError) -> XkyError:
    """Whose fault it is that a place cannot be listened at: the person's, or that of a system without sockets."""
    fault = BenchError if getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE) else InputError
    reason = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
    return fault(f"{place}: cannot be listened at ({reason}); give another address or port")


def _reset(connection: socket.socket) -> None:
    """Close a connection so that its client is told at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
