# SPDX-License-Identifier: Apache-2.0
"""A UDP socket for gateways that speak Semtech's protocol: a real one, a simulator, or a radio of this bench."""

import contextlib
import socket
from collections.abc import Callable

from xky.emulator.runner import RealTime

from .lorawan import LorawanEnd
from .tcp_server import LOOPBACK, not_listened_at

__all__ = ["SemtechServer"]

_AT_ONCE = 200  # datagrams taken before the clock goes on
_DATAGRAM_MOST = 65_535


class SemtechServer:
    """Listens for gateways' datagrams, on the bench's clock.

    Args:
        end: takes them.
        runner: of the bench's clock.
        host: address to listen at; nobody but this machine reaches the usual one.
        port: number, or 0 for any free one.

    Raises:
        InputError: that address cannot be listened at.
        BenchError: the system has no socket left.
    """

    def __init__(self, end: LorawanEnd, runner: RealTime, *, host: str = LOOPBACK, port: int = 0) -> None:
        self.end, self.runner = end, runner
        try:
            self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((host, port))
        except (OSError, OverflowError) as error:
            raise not_listened_at(f"{end.name}:{host}:{port}", error) from None
        self._socket.setblocking(False)
        self.host, self.port = host, int(self._socket.getsockname()[1])
        runner.watch(self._socket.fileno(), self._listen)

    @property
    def address(self) -> str:
        """``HOST:PORT``, as a device's command gets it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def _listen(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                data, sender = self._socket.recvfrom(_DATAGRAM_MOST)
            except BlockingIOError:
                return
            except OSError:  # an answer that nobody took comes back as an error
                continue
            self.end.converse(self._write_to(sender), lambda: None).receive(data)

    def _write_to(self, sender: object) -> Callable[[bytes], None]:
        def write(data: bytes) -> None:
            with contextlib.suppress(OSError):  # a datagram may be lost
                self._socket.sendto(data, sender)  # type: ignore[call-overload]  # as recvfrom gave it

        return write

    def close(self) -> None:
        """Stop listening; safe to call twice."""
        with contextlib.suppress(KeyError, ValueError):
            self.runner.unwatch(self._socket.fileno())
        self._socket.close()
