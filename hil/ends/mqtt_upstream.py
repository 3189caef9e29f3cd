# SPDX-License-Identifier: Apache-2.0
"""A connection to a broker that exists, on the bench's clock: plain or through TLS; nothing blocks but its opening."""

import contextlib
import socket
import ssl
from collections.abc import Callable

from xky.emulator.runner import RealTime

from .end import End
from .mqtt_address import BrokerAddress

__all__ = ["Upstream", "connected"]

_OPEN_S = 2.0  # real seconds until an address that does not answer is given up
_CHUNK = 65_536
_UNSENT_MAX = 1 << 21  # bytes that the broker leaves unread before the connection is given up
_RETRY_S = 0.02  # bench seconds


def connected(address: BrokerAddress, context: ssl.SSLContext | None = None) -> socket.socket:
    """A connection that is open; nothing is said yet, and what is takes two real seconds at most.

    Args:
        address: of the broker.
        context: of TLS; the system's authorities unless given.

    Raises:
        OSError: the broker cannot be reached, or its certificate is not trusted.
    """
    plain = socket.create_connection((address.host, address.port), timeout=_OPEN_S)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not address.is_tls:
            return plain
        return (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=address.host)
    except OSError:
        plain.close()
        raise


class Upstream:
    """One connection.

    Args:
        end: whose clock it keeps.
        runner: of that clock.
        address: of the broker.
        context: of TLS; the system's authorities unless given.

    Raises:
        OSError: the broker cannot be reached, or its certificate is not trusted.
    """

    def __init__(
        self, end: End, runner: RealTime, address: BrokerAddress, context: ssl.SSLContext | None = None
    ) -> None:
        self._end, self._runner = end, runner
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_close: Callable[[], None] = lambda: None
        self._unsent = bytearray()
        self.is_open = True
        self._socket = connected(address, context)
        self._socket.setblocking(False)
        runner.watch(self._socket.fileno(), self._read)

    def write(self, data: bytes) -> None:
        """Send bytes, now or as the broker takes them."""
        if self.is_open:
            self._unsent += data
            self._send()

    def close(self) -> None:
        """Let go of it; ``on_close`` is not called; safe to call twice."""
        if self.is_open:
            self.is_open = False
            with contextlib.suppress(KeyError, ValueError):
                self._runner.unwatch(self._socket.fileno())
            self._socket.close()

    def _send(self) -> None:
        try:
            while self.is_open and self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if len(self._unsent) > _UNSENT_MAX:
                self._ended()
            else:
                self._end.after(_RETRY_S, self._send)
        except OSError:  # the reading side will notice
            self._unsent.clear()

    def _read(self) -> None:
        while self.is_open:
            try:
                data = self._socket.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError:
                data = b""
            if not data:
                self._ended()
                return
            self.on_data(data)

    def _ended(self) -> None:
        if self.is_open:
            self.close()
            self.on_close()
