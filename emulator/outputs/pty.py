# SPDX-License-Identifier: Apache-2.0
"""A pseudo-terminal: what a program opens in the place of its serial port.

What a pty gets wrong, and what is done about it (Linux 6.18, measured):
- it keeps 20 kB when nobody reads, where a UART would have dropped them: the backlog is held below the
  receive buffer that the device states, what is over it is dropped and counted as overrun;
- the kernel keeps the rate that a program sets, and nothing else of what it asks: characters come as a UART of
  that rate samples them, and unless told otherwise they have 7 bits, as one set to 7E1 hands them over;
- nobody there: a hang-up shows on the master, so nothing is sent to a port that is not open, and what
  an earlier reader left is flushed when the next one opens.
"""

import array
import fcntl
import os
import select
import struct
import termios
import time
import tty
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Literal

import simpy

from xky.protocol import BenchError, Burst
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import Uart, received

from .port import PortSettings

__all__ = ["PortPty"]

KERNEL_BUFFER = 4095  # characters that the line discipline of a Linux serial port holds
_PATIENCE_S = 0.05  # real seconds between two looks at a slow reader
_READER_COMES_WITHIN_S = 10.0  # real seconds
_CHUNK_S = 0.008  # real seconds of characters written at once: 8 at 9600 baud, 1 at 1200
_TCGETS2 = 0x802C542A  # asm-generic/ioctls.h: struct termios2, with rates as numbers; x86, ARM and RISC-V have it
_TERMIOS2 = struct.Struct("4I20B2I")  # asm-generic/termbits.h; the rate of output is the last
_CFLAG = 2
_PARITIES: dict[str | None, Literal["E", "O"]] = {"E": "E", "O": "O"}
_NO_RATES = (None, 0, 38400)  # not known, hung up, that of a new pty (tty_std_termios): nobody has set one


class PortPty:
    """A pty on the bench's clock.

    Args:
        env: paces the characters; they are never early.
        speed: bench seconds per real second, for the size of the chunks.
        buffer_bytes: receive buffer of the device.
        patient: a slow reader holds the sender back, and nothing is dropped while somebody reads: for runs faster
            than a real line, where the backlog says nothing about a device.
        keep_parity: leave the parity bit in bit 7, as a UART set to 8N1 hands characters over, unless it is known
            that the program asked for something else.

    Attributes:
        path: what the program opens.
        overruns: times (bench's clock) at which a character found the buffer full.
        settings: what the program asked of the port, in order of time, each change once.
        on_settings: told of each change.

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
        keep_parity: bool = False,
    ) -> None:
        try:
            self._master, slave = os.openpty()
        except OSError as error:
            raise BenchError(f"no pseudo-terminal to be had ({error.strerror}); close some") from None
        tty.setraw(slave)  # stays when the slave is closed, as long as the master is open
        self.path = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self._master, False)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._master, select.POLLOUT)
        self._env = env
        self._speed = speed
        self._buffer_bytes = buffer_bytes
        self._patient = patient
        self._keep_parity = keep_parity
        self._was_open = False
        self._closed = False
        self._told: PortSettings | None = None
        self.overruns: list[float] = []
        self.settings: list[PortSettings] = []
        self.on_settings: Callable[[PortSettings], None] = lambda settings: None

    @property
    def is_open(self) -> bool:
        """Whether a program has the port open."""
        return not any(event & select.POLLHUP for _, event in self._poll.poll(0))

    def __call__(self, burst: Burst) -> None:
        self._env.process(self._play(burst))

    def _play(self, burst: Burst) -> Generator[simpy.Event, None, None]:
        uart, awake_s = self._uart(burst), None  # heard from the start
        while not (yield from self._play_to(burst, uart, awake_s)):
            uart, awake_s = self._uart(burst), self._env.now

    def _play_to(self, burst: Burst, uart: Uart, awake_s: float | None) -> Generator[simpy.Event, None, bool]:
        """Hand a burst over as a UART hears it from ``awake_s`` on; False where its settings change before the end."""
        reception = received(burst, uart, awake_s)
        rest_s = burst.character_s / CHARACTER_BITS / 2  # a UART has a character in the middle of its stop bit
        chunk = max(1, round(_CHUNK_S * self._speed / burst.character_s))
        for start in range(0, len(reception), chunk):
            end = min(start + chunk, len(reception))
            yield self._env.timeout(max(reception.end_of(end - 1) + rest_s - self._env.now, 0.0))
            if self._closed:
                return True
            self._write(reception.data[start:end])
            self.look()
            if self._uart(burst) != uart:
                return False
        return True

    def _uart(self, burst: Burst) -> Uart:
        """The UART that hands over what the program asked for; what is not known is as the line wants it."""
        asked = self.settings[-1] if self.settings else PortSettings(0.0)
        baud = asked.baud or CHARACTER_BITS / burst.character_s
        if asked.data_bits is None or (asked.data_bits, asked.parity) == (8, "N"):
            return Uart(baud, 8, "N") if self._keep_parity else Uart(baud)
        return Uart(baud, max(asked.data_bits, 7), _PARITIES.get(asked.parity, "N"))

    def told(self, baud: int | None, data_bits: int, parity: str, stop_bits: float) -> None:
        """What the program asked for just now, by somebody who knows more than the kernel keeps."""
        self._told = PortSettings(float(self._env.now), baud, data_bits, parity, stop_bits, not self._keep_parity)
        if self.settings and self.settings[-1].baud == baud and self.settings[-1].data_bits is None:
            self.settings.pop()  # the kernel's half of it, seen a moment before
        self._note(self._told)

    def look(self) -> None:
        """See at which rate the port is now; what was told holds as long as the rate is the one that was told."""
        rate, stop_bits = self._kernel_settings()
        if self._told is not None and self._told.baud in (rate, None):
            return
        self._told = None
        baud = None if rate in _NO_RATES else rate
        if baud is not None or self.settings:
            self._note(PortSettings(float(self._env.now), baud, None, None, stop_bits, not self._keep_parity))

    def _note(self, settings: PortSettings) -> None:
        if self.settings and replace(self.settings[-1], at_s=settings.at_s) == settings:
            return
        self.settings.append(settings)
        self.on_settings(settings)

    def _kernel_settings(self) -> tuple[int | None, int]:
        """Rate and stop bits of the slave, as the master sees them (1 µs)."""
        buffer = bytearray(_TERMIOS2.size)
        try:
            fcntl.ioctl(self._master, _TCGETS2, buffer)
        except OSError:  # another architecture: the rate is not known
            return None, 1
        fields = _TERMIOS2.unpack(buffer)
        return fields[-1], 2 if fields[_CFLAG] & termios.CSTOPB else 1

    def _write(self, characters: bytes) -> None:
        self._discard_what_was_written()
        was_open, self._was_open = self._was_open, self.is_open
        if not self._was_open:
            if was_open:
                self._room(flush=True)  # the next reader may read before anything is written
            return
        if self._patient:
            self._hand_over(characters)
            return
        room = max(self._room(flush=not was_open), 0)
        try:
            written = os.write(self._master, characters[:room]) if room else 0
        except BlockingIOError:
            written = 0
        self.overruns.extend([self._env.now] * (len(characters) - written))

    def _hand_over(self, characters: bytes) -> None:
        """All of them, as fast as the reader takes them; until it goes away."""
        rest = memoryview(characters)
        while rest and self.is_open:
            try:
                rest = rest[os.write(self._master, rest) :]
            except BlockingIOError:
                self._discard_what_was_written()
                self._writable.poll(_PATIENCE_S * 1000)

    def wait_for_reader(self, announce: Callable[[float], None] = lambda within_s: None) -> None:
        """A patient port waits some seconds for somebody to open it, so that the first frame is heard.

        ``announce`` is told how many, where there is somebody to wait for.
        """
        if self._patient and not self.is_open:
            announce(_READER_COMES_WITHIN_S)
        give_up = time.monotonic() + _READER_COMES_WITHIN_S
        while self._patient and not self.is_open and time.monotonic() < give_up:
            time.sleep(_PATIENCE_S)

    def drain(self) -> None:
        """A patient port lets its reader take what was written, before it is closed and all is lost."""
        looks = 0
        while self._patient and self.is_open and looks < 2:  # between two of the kernel's buffers it looks empty once
            looks = looks + 1 if self._room(flush=False) >= self._buffer_bytes else 0
            time.sleep(_PATIENCE_S)

    def _discard_what_was_written(self) -> None:
        """A meter hears nothing; a program that writes to its port must not fill it up and block."""
        try:
            while os.read(self._master, 4096):
                pass
        except OSError:  # nothing there, or nobody
            return

    def _room(self, *, flush: bool) -> int:
        try:
            slave = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:  # the program took the port for itself (TIOCEXCL): its backlog cannot be seen
            return self._buffer_bytes
        try:
            if flush:
                termios.tcflush(slave, termios.TCIFLUSH)
            waiting = array.array("i", [0])
            fcntl.ioctl(slave, termios.FIONREAD, waiting)
        finally:
            os.close(slave)
        return self._buffer_bytes - waiting[0]

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            os.close(self._master)
