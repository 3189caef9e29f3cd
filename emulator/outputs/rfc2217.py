# SPDX-License-Identifier: Apache-2.0
"""A serial port over TCP that knows the settings of its client (RFC 2217).

pyserial's own server side speaks the protocol; the port behind it is a stand-in that only remembers. Each client
has a UART of its own: what it gets is what that UART samples of the line at the rate, size and parity that the
client asked for. A client that has asked for nothing yet gets the characters as they were sent.
"""

import socket
import struct
from typing import Any

import serial
from serial.rfc2217 import IAC, IAC_DOUBLED, PortManager

from ..line.sampler import uart_of
from .port import PortSettings
from .tcp import Client, PortTcp

__all__ = ["PortRfc2217"]

_ONE_CALL_S = 0.25  # rate, size, parity and stop bits come one after the other; no frame of the TIC is as short
_FLOOD = 65_536  # bytes; a client that asks so much without reading the answers is sent away


class _StandIn(serial.SerialBase):
    """A port that remembers what is asked of it, in the place of a real one."""

    cts = dsr = cd = True
    ri = False

    def __init__(self) -> None:
        super().__init__()
        self.asked = False
        self.is_open = True  # from here on settings are somebody's wish

    def _reconfigure_port(self) -> None:
        self.asked = True

    def read(self, size: int = -1, /) -> bytes:
        return b""

    def write(self, b: Any, /) -> int:
        return len(b)

    def reset_input_buffer(self) -> None:
        """The client throws away what is on its way itself: the answer comes behind it."""

    reset_output_buffer = _update_break_state = _update_rts_state = _update_dtr_state = reset_input_buffer


class _Rfc2217Client(Client):
    def __init__(self, port: PortTcp, connection: socket.socket) -> None:
        super().__init__(port, connection)
        self._wished = _StandIn()
        self._settings: tuple[int, int, str, float] | None = None
        self._told: PortSettings | None = None
        peer: Any = self
        wished: Any = self._wished
        self._manager = PortManager(wished, peer)

    @property
    def is_ready(self) -> bool:
        return self.here and self._settings is not None

    def write(self, answer: bytes) -> None:
        """An answer of the protocol; called by the server side."""
        self._waiting += answer
        self.send()
        if len(self._waiting) > self._port.buffer_bytes + _FLOOD:
            self.leave()

    def on_the_wire(self, characters: bytes) -> bytes:
        return characters.replace(IAC, IAC_DOUBLED)

    def hear(self, data: bytes) -> None:
        try:
            for _ in self._manager.filter(data):
                pass
        except (ValueError, KeyError, TypeError, struct.error):  # what is no RFC 2217
            self.leave()
            return
        wished = self._wished
        if not wished.asked:
            return
        wished.asked = False
        settings = (wished.baudrate, wished.bytesize, wished.parity, wished.stopbits)
        if settings != self._settings:
            self._settings = settings
            told = PortSettings(self._port.pace.now_s, *settings)
            last, self._told = self._told, told
            is_a_piece = last is not None and told.at_s - last.at_s < _ONE_CALL_S
            self._port.asked(told, instead_of=last if is_a_piece else None)
            self.feed.change(uart_of(*settings))


class PortRfc2217(PortTcp):
    """A listening socket that speaks RFC 2217; see ``PortTcp``."""

    scheme = "rfc2217"
    client = _Rfc2217Client
