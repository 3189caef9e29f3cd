# SPDX-License-Identifier: Apache-2.0
"""A pseudo-terminal: what a program opens in the place of its serial port.

What a pty gets wrong, and what is done about it (Linux 6.18, measured):
- it keeps 20 kB when nobody reads, where a UART would have dropped them: the backlog is held below the
  receive buffer that the device states, what is over it is dropped and counted as overrun;
- it cannot carry parity nor seven bits, only the rate: unless told otherwise characters have 7 bits, as a UART set to
  7E1 hands them over; where it is told that the program asked for 8N1, spoilt ones have bit 7 set besides; at a rate
  that is not the line's the program gets what a UART would have sampled at that rate;
- the C library says EINVAL to a program that asks for 7E1 again when nothing else changes: two stop bits are set
  whenever a program has closed the port, so that the next one changes something;
- nobody there: a hang-up shows on the master, so nothing is sent to a port that is not open, and what
  an earlier reader left is flushed when the next one opens.
"""

import array
import fcntl
import os
import select
import struct
import termios
import tty
from collections.abc import Sequence
from dataclasses import replace

import simpy

from xky.protocol import BenchError, Burst
from xky.protocol.uart import Uart

from ..line.sampler import uart_of
from ..runner import RealTime
from .paced import PATIENCE_S, Feed, PacedPort
from .port import KERNEL_BUFFER, UNTOLD_BAUD, PortSettings

__all__ = ["PortPty"]

_LOOK_EVERY_S = 0.05  # bench seconds between two looks at the rate
_TCGETS2 = 0x802C542A  # ioctl of Linux that tells any rate as a number: struct termios2, 44 bytes
_TERMIOS2 = struct.Struct("4I20x2I")  # flags (the third are those of control), line and characters, rates


class PortPty(PacedPort):
    """A pty on the bench's clock; see ``PacedPort``.

    Args:
        keep_parity: leave the parity bit in bit 7, as a UART set to 8N1 hands characters over, unless the bench is told
            that the program asked for something else.

    Raises:
        BenchError: the system has no pty left.
    """

    def __init__(
        self,
        env: simpy.Environment,
        *,
        speed: float = 1.0,
        buffer_bytes: int = KERNEL_BUFFER,
        patient: bool = False,
        runner: RealTime | None = None,
        keep_parity: bool = False,
    ) -> None:
        super().__init__(env, speed=speed, buffer_bytes=buffer_bytes, patient=patient, runner=runner)
        try:
            self._master, slave = os.openpty()
        except OSError as error:
            raise BenchError(f"no pseudo-terminal to be had ({error.strerror}); close some") from None
        tty.setraw(slave)  # stays when the slave is closed, as long as the master is open
        self._path = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self._master, False)
        self._set(rate=termios.B50)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._master, select.POLLOUT)
        self._feed = Feed(self.pace, self._write, keep_parity=keep_parity)
        self._keep_parity = keep_parity
        self._told: PortSettings | None = None
        self._was_open = False
        self._credit = 0  # characters that surely fit: the backlog at the last look can only have shrunk
        self._look_again_s = 0.0
        self._settings: list[PortSettings] = []

    @property
    def name(self) -> str:
        """The path that the program opens."""
        return self._path

    @property
    def path(self) -> str:
        """The same."""
        return self._path

    @property
    def is_open(self) -> bool:
        """Whether a program has the port open."""
        return not self._closed and not any(event & select.POLLHUP for _, event in self._poll.poll(0))

    @property
    def settings(self) -> Sequence[PortSettings]:
        """The rates, and the one stop bit, that the program asked for; a pty keeps no more, but may be told."""
        self._look_at_settings()
        return self._settings

    def __call__(self, burst: Burst) -> None:
        self._look_at_settings()
        if self.bare and not self._settings:
            self._feed.change(None, marks_spoilt=not self._keep_parity)
        self._feed.hear(burst)

    def _look_at_settings(self) -> None:
        if self._closed:
            return
        self._look_again_s = self.pace.now_s + _LOOK_EVERY_S
        try:
            flags = _TERMIOS2.unpack(fcntl.ioctl(self._master, _TCGETS2, bytes(_TERMIOS2.size)))
        except OSError:  # a kernel that numbers its calls otherwise: nothing is known, and nothing recorded
            return
        baud = None if flags[-1] in (0, UNTOLD_BAUD) else flags[-1]
        stop_bits = None if flags[2] & termios.CSTOPB else 1  # two are what the bench set
        if baud is None and stop_bits is None:
            return
        if self._told is not None and self._told.baud == baud:
            return  # what was told holds as long as that is the rate
        self._told = None
        last = self._settings[-1] if self._settings else None
        if last is None or baud != last.baud or (stop_bits is not None and stop_bits != last.stop_bits):
            self._note(PortSettings(self.pace.now_s, baud, stop_bits=stop_bits, without_parity=not self._keep_parity))

    def told(self, baud: int | None, data_bits: int, parity: str, stop_bits: float) -> None:
        """What the program asked for just now, by somebody who knows more than the kernel keeps."""
        now_s, baud = self.pace.now_s, None if baud == UNTOLD_BAUD else baud
        settings = PortSettings(now_s, baud, data_bits, parity, stop_bits, not self._keep_parity)
        last = self._settings[-1] if self._settings else None
        if last is not None and replace(last, at_s=now_s) == settings:
            return
        if last is not None and last.data_bits is None and last.baud == baud and last.at_s >= now_s - _LOOK_EVERY_S:
            self._settings.pop()  # the kernel's half of it, seen a moment before
        self._told = settings
        self._note(settings)

    def _note(self, settings: PortSettings) -> None:
        self._settings.append(settings)
        self._feed.change(self._uart(settings), marks_spoilt=self._marks_spoilt(settings))

    def _marks_spoilt(self, asked: PortSettings) -> bool:
        """Whether eight bits without parity are proven, of a pty that takes the parity off."""
        bare = self.bare if asked.data_bits is None else (asked.data_bits, asked.parity) == (8, "N")
        return bare and not self._keep_parity

    def _uart(self, asked: PortSettings) -> Uart | None:
        """The UART that hands over what was asked for; None for one that is as the line wants it."""
        if asked.baud is None:
            return None
        if asked.data_bits is None or asked.parity is None or (asked.data_bits, asked.parity) == (8, "N"):
            return Uart(asked.baud, 8, "N") if self._keep_parity else Uart(asked.baud)
        return uart_of(asked.baud, asked.data_bits, asked.parity, asked.stop_bits or 1)

    def _set(self, rate: int | None = None) -> None:
        """Two stop bits, and a rate where one is given, as settings that no program asked for."""
        attributes = termios.tcgetattr(self._master)
        attributes[2] |= termios.CSTOPB
        if rate is not None:
            attributes[4] = attributes[5] = rate
        termios.tcsetattr(self._master, termios.TCSANOW, attributes)

    def _write(self, characters: bytes) -> None:
        if self._closed:
            return
        seen = self._poll.poll(0)
        if seen:
            self._discard_what_was_written()
        was_open = self._was_open
        self._was_open = not any(event & select.POLLHUP for _, event in seen)
        if not self._was_open:
            if was_open:
                self._look_at_settings()  # of a program as short as stty
                self._set()
                self._room(flush=True)  # the next reader may read before anything is written
            return
        if not was_open or self.pace.now_s >= self._look_again_s:
            self._look_at_settings()
        if self.patient:
            self._hand_over(characters)
            return
        if not was_open or self._credit < len(characters):
            self._credit = max(self._room(flush=not was_open), 0)
        room = min(self._credit, len(characters))
        try:
            written = os.write(self._master, characters[:room]) if room else 0
        except BlockingIOError:
            written = 0
        self._credit -= written
        self.overrun(len(characters) - written)

    def _hand_over(self, characters: bytes) -> None:
        """All of them, as fast as the reader takes them; until it goes away."""
        rest = memoryview(characters)
        while rest and self.is_open:
            try:
                rest = rest[os.write(self._master, rest) :]
            except BlockingIOError:
                self._discard_what_was_written()
                self._writable.poll(PATIENCE_S * 1000)

    def finish(self) -> None:
        self._feed.finish()

    def is_drained(self) -> bool:
        return self._room(flush=False) >= self.buffer_bytes

    def _discard_what_was_written(self) -> None:
        """A meter hears nothing; a program that writes to its port must not fill it up and block."""
        try:
            while os.read(self._master, 4096):
                pass
        except OSError:  # nothing there, or nobody
            return

    def _room(self, *, flush: bool) -> int:
        try:
            slave = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:  # the program took the port for itself (TIOCEXCL): its backlog cannot be seen
            return self.buffer_bytes
        try:
            if flush:
                termios.tcflush(slave, termios.TCIFLUSH)
            waiting = array.array("i", [0])
            fcntl.ioctl(slave, termios.FIONREAD, waiting)
        finally:
            os.close(slave)
        return self.buffer_bytes - waiting[0]

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            os.close(self._master)
