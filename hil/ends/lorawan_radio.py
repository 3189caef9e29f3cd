# SPDX-License-Identifier: Apache-2.0
"""The air between a simulated board and a LoRaWAN network: on the bench's clock, or behind a gateway's datagrams.

A frame takes its airtime; a downlink is heard by a board that listens as it begins.
"""

import contextlib
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable

import simpy

from xky.emulator.runner import RealTime
from xky.protocol import InputError
from xky.protocol.uplinks.lorawan_airtime import airtime_of
from xky.protocol.uplinks.messages import RadioFrame
from xky.protocol.uplinks.semtech_udp import (
    COUNTER_US,
    Heard,
    Kind,
    pull_data,
    push_data,
    read_datagram,
    read_downlink,
    transmit_acknowledged,
)

from .lorawan import LorawanEnd

__all__ = ["ForwardingRadio", "VirtualRadio"]

_Listener = Callable[[RadioFrame], None]
_GATEWAY = "b827ebfffe000001"  # EUI of the gateway that a forwarding radio is
_PULL_S = 5.0  # bench seconds between two PULL_DATA
_DATAGRAM_MOST = 65_535


class _Air(ABC):
    """A board's side of it: the ``RadioPort`` of ``boards.ports``."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self._listener: _Listener | None = None
        self._life = 0
        self._receiving_until_s = -1.0

    @property
    def is_receiving(self) -> bool:
        """Whether a downlink that began while the board listened is still under way."""
        return self.env.now < self._receiving_until_s

    def transmit(self, frame: RadioFrame) -> None:
        """Put a frame on the air, from now on; it takes its airtime."""
        life = self._life

        def ends() -> None:
            if life == self._life:  # else it broke off, and nobody can read the half of a frame
                self._was_sent(frame)

        self._in(airtime_of(frame), ends)

    def listen(self, on_frame: _Listener | None) -> None:
        """Hear downlinks that begin from now on, each told at its end; None: none that begins later."""
        self._listener = on_frame

    def cut(self) -> None:
        """The board has lost its power: what it was sending breaks off, what it was hearing is lost."""
        self._life += 1
        self._listener = None
        self._receiving_until_s = -1.0

    @abstractmethod
    def _was_sent(self, frame: RadioFrame) -> None:
        """A frame has just ended."""

    def _downlink(self, frame: RadioFrame, delay_s: float) -> None:
        """One begins in ``delay_s`` seconds."""
        self._in(delay_s, lambda: self._begins(frame))

    def _begins(self, frame: RadioFrame) -> None:
        listener, life = self._listener, self._life
        if listener is None or self.is_receiving:
            return
        airtime_s = airtime_of(frame, crc=False)
        self._receiving_until_s = float(self.env.now) + airtime_s

        def ends() -> None:
            if life == self._life:
                self._receiving_until_s = -1.0
                listener(frame)

        self._in(airtime_s, ends)

    def _in(self, delay_s: float, act: Callable[[], None]) -> None:
        alarm = self.env.timeout(delay_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: act())


class VirtualRadio(_Air):
    """The air in virtual time: the network hears each frame as it ends.

    Args:
        env: the bench's clock.
        end: the network.
    """

    def __init__(self, env: simpy.Environment, end: LorawanEnd) -> None:
        super().__init__(env)
        self._end = end

    def _was_sent(self, frame: RadioFrame) -> None:
        self._end.heard(frame, self._downlink)


class ForwardingRadio(_Air):
    """The air in real time: a gateway that forwards to a network by Semtech's UDP protocol.

    Args:
        runner: of the bench's clock.
        env: that clock; the gateway's counter runs by it.
        host: of the network.
        port: of the network.
        gateway: EUI, 16 hexadecimal digits.

    Attributes:
        acknowledged: how many PUSH_DATA the network acknowledged.
        refused: downlinks that came too late, or cannot be read.

    Raises:
        InputError: there is no such address.
    """

    def __init__(
        self, runner: RealTime, env: simpy.Environment, host: str, port: int, *, gateway: str = _GATEWAY
    ) -> None:
        super().__init__(env)
        self._runner, self._gateway = runner, gateway
        self.acknowledged = self.refused = 0
        self._token = 0
        try:
            family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
            self._socket.connect(address)
        except (OSError, OverflowError) as error:
            raise InputError(
                f"lorawan {host}:{port}: cannot be reached ({error}); give HOST:PORT of a network"
            ) from None
        self._socket.setblocking(False)
        self._open = True
        runner.watch(self._socket.fileno(), self._listen)
        self._pull()

    def close(self) -> None:
        """Let go of the network; safe to call twice."""
        if self._open:
            self._open = False
            with contextlib.suppress(KeyError, ValueError):
                self._runner.unwatch(self._socket.fileno())
            self._socket.close()

    def _pull(self) -> None:
        if self._open:
            self._say(pull_data(self._next_token(), self._gateway))
            self._in(_PULL_S, self._pull)

    def _next_token(self) -> bytes:
        self._token = (self._token + 1) % (1 << 16)
        return self._token.to_bytes(2, "big")

    def _say(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # nobody there: a datagram is lost
            self._socket.send(data)

    def _counter_us(self) -> int:
        return round(1e6 * self.env.now)

    def _was_sent(self, frame: RadioFrame) -> None:
        if self._open:
            self._say(push_data(self._next_token(), self._gateway, Heard(frame, self._counter_us())))

    def _listen(self) -> None:
        while self._open:
            try:
                data = self._socket.recv(_DATAGRAM_MOST)
            except BlockingIOError:
                return
            except OSError:  # nobody listens there
                return
            self._take(data)

    def _take(self, data: bytes) -> None:
        datagram = read_datagram(data)
        if isinstance(datagram, str):
            self.refused += 1
        elif datagram.kind is Kind.PUSH_ACK:
            self.acknowledged += 1
        elif datagram.kind is Kind.PULL_RESP:
            asked = read_downlink(datagram)
            error = "NONE"
            if isinstance(asked, str):
                error = "TX_PARAM"  # uncertain: the protocol names no error for what cannot be read
            else:
                wait_us = 0 if asked.counter_us is None else (asked.counter_us - self._counter_us()) % COUNTER_US
                if wait_us > COUNTER_US // 2:
                    error = "TOO_LATE"
                else:
                    self._downlink(asked.frame, wait_us / 1e6)
            self.refused += error != "NONE"
            self._say(transmit_acknowledged(datagram.token, self._gateway, error))
