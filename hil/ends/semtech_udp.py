# SPDX-License-Identifier: Apache-2.0
"""Gateways that forward what they hear by Semtech's UDP protocol: a real one, a simulator, or a radio of this bench."""

import contextlib
import errno
import socket
from collections.abc import Callable

from xky.emulator.runner import RealTime
from xky.protocol import BenchError, InputError
from xky.protocol.uplinks.messages import RadioFrame
from xky.protocol.uplinks.semtech_udp import (
    Datagram,
    Downlink,
    Heard,
    Kind,
    acknowledged,
    heard_frames,
    is_acknowledged,
    pull_response,
    read_datagram,
    read_transmit_error,
)

from .end import Conversation
from .lorawan import LorawanEnd
from .tcp_server import LOOPBACK

__all__ = ["GatewayConversation", "SemtechServer"]

_GATEWAYS_MOST = 64
_AT_ONCE = 200  # datagrams taken before the clock goes on
_DATAGRAM_MOST = 65_535


class GatewayConversation(Conversation):
    """Datagrams of one gateway.

    Args:
        end: that they are for.
        write: sends a datagram back to where they came from.
    """

    def __init__(self, end: LorawanEnd, write: Callable[[bytes], None]) -> None:
        self._end, self._write = end, write
        self._token = 0

    def receive(self, data: bytes) -> None:
        end = self._end
        if end.is_down:
            return
        datagram = read_datagram(data)
        if isinstance(datagram, str):
            self._damaged(datagram)
            return
        if is_acknowledged(datagram) and not end.is_silent:
            self._write(acknowledged(datagram))
        if datagram.kind is Kind.PUSH_DATA:
            self._hear(datagram)
        elif datagram.kind is Kind.PULL_DATA:
            if datagram.gateway in end.gateways or len(end.gateways) < _GATEWAYS_MOST:
                end.gateways[datagram.gateway] = self._write
        elif datagram.kind is Kind.TX_ACK:
            if error := read_transmit_error(datagram):
                self._not_sent(datagram.gateway, error)
        else:
            self._damaged(f"{datagram.kind.name}, which only networks send")

    def lost(self) -> None:
        """A gateway says no goodbye."""

    def _damaged(self, reason: str) -> None:
        self._end.damage("unreadable", reason, reason=reason)

    def _not_sent(self, gateway: str, reason: str) -> None:
        self._end.damage("not_sent", f"gateway {gateway}: {reason}", reason=reason, gateway=gateway)

    def _hear(self, datagram: Datagram) -> None:
        frames, wrong = heard_frames(datagram)
        for reason in wrong:
            self._damaged(reason)
        for heard in frames:
            if heard.crc_ok is False:
                self._damaged("rxpk: the gateway says that its CRC is wrong")
            else:
                self._end.heard(heard.frame, self._reply_to(datagram.gateway, heard), gateway=datagram.gateway)

    def _reply_to(self, gateway: str, heard: Heard) -> Callable[[RadioFrame, float], None]:
        def reply(frame: RadioFrame, delay_s: float) -> None:
            write = self._end.gateways.get(gateway)
            if write is None:
                self._not_sent(gateway, "it sent no PULL_DATA, so nobody knows where it is")
                return
            self._token = (self._token + 1) % (1 << 16)
            counter_us = heard.counter_us + round(1e6 * delay_s)
            write(pull_response(self._token.to_bytes(2, "big"), Downlink(frame, counter_us)))

        return reply


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
            fault = BenchError if getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE) else InputError
            reason = getattr(error, "strerror", None) or error
            raise fault(
                f"{end.name}:{host}:{port}: cannot be listened at ({reason}); give another address or port"
            ) from None
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
