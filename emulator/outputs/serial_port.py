# SPDX-License-Identifier: Apache-2.0
"""A real serial port: the adapter's own clock makes the bits of a burst.

The port is always set to 8N1 and the parity bit is computed into bit 7. On the wire that is the very same as 7E1;
it works with adapters that handle seven bits badly, and it lets a single character have the wrong parity. A low
stop bit is the one thing that no UART sends: such a character gets a wrong parity instead, so that a receiver
has a reason to refuse it too. A burst is handed over whole at its start, so its characters are back to back.
"""

import os

import serial
import simpy

from xky.protocol import BenchError, Burst, InputError
from xky.protocol.mode import CHARACTER_BITS

from ..runner import RealTime
from .paced import PacedPort
from .port import KERNEL_BUFFER

__all__ = ["PortSerial"]

_PARITY = 0x80
_TRY_AGAIN_S = 0.02  # 19 characters at 9600 baud: no driver holds fewer
_WITH_PARITY = bytes(code & 0x7F | (code & 0x7F).bit_count() % 2 << 7 for code in range(256))


class PortSerial(PacedPort):
    """A serial port of this machine.

    Args:
        path: such as ``/dev/ttyUSB0``.

    Raises:
        InputError: ``speed`` is not 1: a real line knows one.
        BenchError: the port cannot be opened.
    """

    def __init__(
        self,
        env: simpy.Environment,
        path: str,
        *,
        speed: float = 1.0,
        buffer_bytes: int = KERNEL_BUFFER,
        patient: bool = False,
        runner: RealTime | None = None,
    ) -> None:
        super().__init__(env, speed=speed, buffer_bytes=buffer_bytes, patient=patient, runner=runner)
        if speed != 1.0:
            raise InputError(f"{path}: a real serial port speaks at the line's own rate; leave --speed {speed:g} out")
        try:
            self._port = serial.Serial(path, exclusive=True)  # 8N1
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise BenchError(f"{path}: cannot be opened ({reason}); check the name, the plug and your rights") from None
        self._waiting = bytearray()  # what the driver did not take yet
        self._waits = False

    @property
    def name(self) -> str:
        """The path of the port."""
        return str(self._port.port)

    @property
    def is_open(self) -> bool:
        """Always, until it is closed: a line does not tell who is at its other end."""
        return not self._closed

    def __call__(self, burst: Burst) -> None:
        if self._closed:
            return
        baud = round(CHARACTER_BITS / burst.character_s)
        if self._port.baudrate != baud:
            self._be_at(baud)
        characters = bytearray(burst.data.translate(_WITH_PARITY))
        for index in burst.defects:
            characters[index] ^= _PARITY
        room = max(self.buffer_bytes - len(self._waiting), 0)
        self._waiting += characters[:room]
        self.overrun(len(characters) - room)
        self._write()

    def _be_at(self, baud: int) -> None:
        try:
            self._port.baudrate = baud
        except (OSError, ValueError) as error:  # a replay may be faster than any port
            mend = "replay it into --out, or to a pty"
            raise BenchError(f"{self.name}: cannot be set to {baud} baud ({error}); {mend}") from None

    def _write(self) -> None:
        """As much as the driver takes; the rest a little later."""
        self._waits = False
        if self._closed:
            return
        try:
            while self._waiting:
                del self._waiting[: os.write(self._port.fileno(), self._waiting)]  # pyserial's own write would wait
        except BlockingIOError:
            self._try_again()
        except OSError as error:
            raise BenchError(f"{self.name}: lost while writing ({error.strerror}); check the plug") from None

    def _try_again(self) -> None:
        if not self._waits:
            self._waits = True
            self.pace.call_at(self.pace.now_s + _TRY_AGAIN_S, self._write)

    def finish(self) -> None:
        """What was handed over is on its way: a real port runs at true speed."""

    def is_drained(self) -> bool:
        return not self._waiting

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._port.close()
