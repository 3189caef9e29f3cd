# SPDX-License-Identifier: Apache-2.0
"""A real serial port: the adapter's own clock makes the bits of a burst.

Unless told, the port is set to 8N1 and the parity bit is computed into bit 7. On the wire that is the very same as 7E1;
it works with adapters that handle seven bits badly, and it lets a single character have the wrong parity. A low
stop bit is the one thing that no UART sends: such a character gets a wrong parity instead, so that a receiver
has a reason to refuse it too. Where the adapter makes the parity (7E1) no character can have a wrong one: those that
should are sent right, and whoever judges has to know.

A burst is handed over whole at its start, so its characters are back to back; on the line of a device, which may be
started anew within a burst, only so much ahead that they still are. Where no UART takes its time over them (a
pseudo-terminal, a socket), or where it is far away (RFC 2217), such a line is paced here.
"""

import os
from collections import deque

import simpy

from xky.protocol import BenchError, Burst, InputError
from xky.protocol.mode import CHARACTER_BITS

from ..echo import Echo
from ..opened_serial import has_no_uart, make_even, opened_serial, watched_fd, what_came
from ..runner import LATE_S, Late, RealTime
from .paced import PacedPort
from .port import KERNEL_BUFFER

__all__ = ["PortSerial"]

_PARITY = 0x80
_TRY_AGAIN_S = 0.02  # 19 characters at 9600 baud: no driver holds fewer
_PLAIN = bytes(code & 0x7F for code in range(256))
_WITH_PARITY = bytes(code & 0x7F | (code & 0x7F).bit_count() % 2 << 7 for code in range(256))
_AHEAD_S = 0.1  # real seconds: a machine that is busy is late by less, and less than a frame of the TIC is under way


class PortSerial(PacedPort):
    """A serial port of this machine, or one by its URL.

    Args:
        path: such as ``/dev/ttyUSB0`` or ``rfc2217://192.168.1.5:4000``.
        to_device: it is the line of a device under test: characters are paced, and the run ends at one
            that cannot be sent.
        baud: rate to open it at; each burst sets its own.
        adapter_parity: the adapter makes the parity: the port is set to 7E1.

    Raises:
        InputError: ``speed`` is not 1: a real line knows one.
        BenchError: the port cannot be opened, or not be set to 7E1.
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
        to_device: bool = False,
        baud: int = 9600,
        adapter_parity: bool = False,
    ) -> None:
        super().__init__(env, speed=speed, buffer_bytes=buffer_bytes, patient=patient, runner=runner)
        timeless = to_device and has_no_uart(path)
        if speed != 1.0 and not timeless:
            raise InputError(f"{path}: a real serial port speaks at the line's own rate; leave --speed {speed:g} out")
        self._port = opened_serial(path, baud, alone=to_device)
        if adapter_parity:
            self._has_even()
        self._adapter_parity = adapter_parity
        self._fd = watched_fd(self._port)
        self._to_device = to_device
        self._ahead_s = _AHEAD_S if to_device and not timeless and self._fd is not None else 0.0
        self._due: deque[tuple[float, bytes]] = deque()  # when to hand over, characters
        self._waiting = bytearray()  # what the driver did not take yet
        self._echo = Echo()
        self._character_s = 0.0
        self._waits = False
        self._appointed = False

    @property
    def name(self) -> str:
        """The path of the port."""
        return str(self._port.port)

    @property
    def is_open(self) -> bool:
        """Always, until it is closed: a line does not tell who is at its other end."""
        return not self._closed

    @property
    def fd(self) -> int | None:
        """To wait on for what comes back; None: ``heard`` has to be asked."""
        return self._fd

    @property
    def handed_over(self) -> bytes:
        """The end of what was sent, as it was on the wire: parity in bit 7."""
        sent = self._echo.sent
        return sent.translate(_WITH_PARITY) if self._adapter_parity else sent

    def _has_even(self) -> None:
        try:
            make_even(self._port)
        except BenchError:
            self._port.close()
            raise

    def heard(self) -> bytes:
        """What came in on the line's own port since the last time, but for an echo: a meter's line has one sender.

        Raises:
            BenchError: the port is lost.
        """
        return self._echo.left_of(what_came(self._port))

    def __call__(self, burst: Burst) -> None:
        if self._closed:
            return
        baud = round(CHARACTER_BITS / burst.character_s)
        if self._port.baudrate != baud:
            self.be_at(baud)
        characters = bytearray(burst.data.translate(_PLAIN if self._adapter_parity else _WITH_PARITY))
        for index in () if self._adapter_parity else burst.defects:
            characters[index] ^= _PARITY
        if self._to_device:
            self._pace(burst, bytes(characters))
            return
        room = max(self.buffer_bytes - len(self._waiting), 0)
        self._waiting += characters[:room]
        self.overrun(len(characters) - room)
        self._write()

    def be_at(self, baud: int) -> None:
        """Set the rate, bits per second.

        Raises:
            BenchError: the port cannot be set to it.
        """
        try:
            self._port.baudrate = baud
        except (OSError, ValueError) as error:  # a replay may be faster than any port
            mend = "replay it into --out, or to a pty"
            raise BenchError(f"{self.name}: cannot be set to {baud} baud ({error}); {mend}") from None

    def _pace(self, burst: Burst, characters: bytes) -> None:
        """Have the characters handed over in chunks, each when it begins on the line or a little before; where no UART
        makes them last, when it is over."""
        size, self._character_s = self.pace.chunk(burst), burst.character_s
        for first in range(0, len(characters), size):
            chunk = characters[first : first + size]
            ends_s = burst.end_of(first + len(chunk) - 1)
            begins_s = burst.start_s + first * burst.character_s
            self._due.append((begins_s - self._ahead_s if self._ahead_s else ends_s, chunk))
        self._appoint()

    def _appoint(self) -> None:
        if self._due and not self._appointed:
            self._appointed = True
            self.pace.call_at(max(self._due[0][0], self.pace.now_s), self._hand_over)

    def _hand_over(self) -> None:
        self._appointed = False
        if self._closed:
            return
        while self._due and self._due[0][0] <= self.pace.now_s:
            self._waiting += self._due.popleft()[1]
        self._note_if_behind(self._in_driver())
        self._write()
        self._appoint()

    def _write(self) -> None:
        """As much as the driver takes; the rest a little later."""
        self._waits = False
        if self._closed:
            return
        try:
            while self._waiting:
                count = self._taken()
                self._echo.send(self._waiting[:count])
                del self._waiting[:count]
        except BlockingIOError:
            self._check_not_behind()
            self._try_again()
        except OSError as error:
            told = error.strerror or error
            raise BenchError(f"{self.name}: lost while writing ({told}); check the plug") from None

    def _taken(self) -> int:
        if self._fd is None:
            return int(self._port.write(bytes(self._waiting)) or len(self._waiting))
        return os.write(self._fd, self._waiting)  # pyserial's own write would wait

    def _check_not_behind(self) -> None:
        """What a device hears too late, or never, is no fault of the device."""
        if not self._to_device:
            return
        if len(self._waiting) > self.buffer_bytes:
            raise BenchError(
                f"{self.name}: takes fewer characters than the line has ({len(self._waiting)} wait); "
                "check the adapter, its driver and what it is plugged into"
            )
        self._note_if_behind(len(self._waiting))

    def _in_driver(self) -> int:
        """Characters that a driver took and has not passed on, as far as it tells: it may hold seconds of them."""
        try:
            return int(getattr(self._port, "out_waiting", 0))
        except OSError:  # not every kind of port knows
            return 0

    def _note_if_behind(self, waiting: int) -> None:
        runner = self.pace.runner
        behind_s = waiting * self._character_s - self._ahead_s
        if runner is not None and behind_s > LATE_S * runner.speed:
            runner.late.append(Late(self.pace.now_s - behind_s, behind_s / runner.speed))

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
