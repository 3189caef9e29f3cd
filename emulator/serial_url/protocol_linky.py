# SPDX-License-Identifier: Apache-2.0
"""pyserial's handler of ``linky://``: a serial port with an emulated meter behind it, in this very process.

The port has a UART: what is read is what it samples of the line at the rate, size and parity that it is set to. Time
passes as on a wall clock, ``speed`` times as fast, whether the program reads or not; with ``speed=max`` it
passes only while the program reads, as fast as it can, and a timeout is counted on the meter's clock.
"""

import math
import threading
import time
from typing import Any

import serial
import simpy

from xky.protocol import InputError

from ..line.line import Line
from ..line.sampler import Sampler, uart_of
from ..line.transmitter import Transmitter
from ..outputs.port import Overruns, PortSettings
from ..scenario.emulated import Emulated
from ..scenario.play import Play
from ..truth.journal import Truth
from .url import LinkyUrlError, parse_url

__all__ = ["LinkySerial", "LinkyUrlError", "Serial"]

_AT_A_TIME = 8  # characters that a wait asks for where the reader does not say how many it needs


class _LineBehind:
    """What is behind a port: a line with a meter that talks, and the port's UART on it."""

    def __init__(self, emulated: Emulated) -> None:
        self._env = simpy.Environment()
        self.sampler = Sampler()
        line, self._truth = Line(), Truth()
        line.connect(self.sampler.hear)
        scenario = emulated.scenario
        meter = emulated.meter.build(at_us=None if scenario is None else scenario.at_us)
        meter.run_by(lambda: float(self._env.now))
        transmitter = Transmitter(self._env, meter, line, self._truth, seed=emulated.meter.seed)
        transmitter.before_frame = self._truth.clear  # nobody is judged here
        self._play: Play | None = None
        if scenario is not None:
            self._play = Play(self._env, transmitter, scenario)
            self._env.process(self._play.run())
        self._env.process(transmitter.run(until=lambda: self.ended))

    @property
    def ended(self) -> bool:
        """Whether the scenario is over: the line is silent from the next frame on."""
        return self._play is not None and self._play.ended

    @property
    def next_s(self) -> float:
        """When something happens on the line next; infinite when nothing ever does."""
        return float(self._env.peek())

    def run_to(self, now_s: float) -> None:
        """Let everything happen that is due."""
        while self._env.peek() <= now_s:
            self._env.step()


class LinkySerial(serial.SerialBase):
    """A pyserial port; see ``serial_for_url``. Safe to use from several threads.

    Attributes:
        overruns: seconds since the port was opened, one a character that found the receive buffer full.
        port_settings: how the program set the port, each change once.

    Raises:
        LinkyUrlError: at ``open()``, when the URL says what cannot be.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._received = bytearray()
        self._now_s = 0.0  # of a clock that stands still between two reads
        self._cancelled = False
        self.overruns = Overruns()
        self.port_settings: list[PortSettings] = []
        super().__init__(*args, **options)

    def open(self) -> None:
        """Switch the meter on."""
        if self.port is None:
            raise serial.SerialException("Port must be configured before it can be used.")
        if self.is_open:
            raise serial.SerialException("Port is already open.")
        self._asked = parse_url(self.port)
        self._line = _LineBehind(self._asked.emulated)
        self._as_read = self._asked.speed == math.inf
        self._received.clear()
        self.overruns, self.port_settings = Overruns(), []
        self._now_s, self._began = 0.0, time.monotonic()
        self._reconfigure_port()
        self.is_open = True

    def close(self) -> None:
        """Switch it off; who waits in ``read`` gets what there is."""
        with self._changed:
            self.is_open = False
            self._changed.notify_all()

    def _reconfigure_port(self) -> None:
        settings = (self.baudrate, self.bytesize, self.parity, self.stopbits)
        try:
            uart = uart_of(*settings)
        except InputError as error:
            raise ValueError(str(error)) from None
        with self._changed:
            now_s = self._present()
            if uart != self._line.sampler.uart:
                self._catch_up(now_s)
                self._line.sampler.change(uart, now_s)
                self._changed.notify_all()
            last = self.port_settings[-1] if self.port_settings else None
            if last is None or settings != (last.baud, last.data_bits, last.parity, last.stop_bits):
                self.port_settings.append(PortSettings(now_s, *settings))

    def _present(self) -> float:
        """The present on the meter's clock."""
        return self._now_s if self._as_read else (time.monotonic() - self._began) * self._asked.speed

    def _catch_up(self, now_s: float) -> None:
        """The line up to an instant; what finds the receive buffer full is lost."""
        while self._line.next_s <= now_s:
            at_s = self._line.next_s
            self._line.run_to(at_s)
            self._receive(at_s)
        self._receive(now_s)

    def _receive(self, at_s: float) -> None:
        characters = self._line.sampler.take(at_s)
        room = len(characters) if self._as_read else max(self._asked.buffer_bytes - len(self._received), 0)
        self._received += characters[:room]
        self.overruns.add(at_s, len(characters) - room)

    def read(self, size: int = 1, /) -> bytes:
        """Up to ``size`` characters: all of them, or what came within ``timeout`` seconds."""
        with self._changed:
            self._require_open()
            self._cancelled = False
            self._catch_up(self._present())
            self._wait(size, self.timeout)
            taken = bytes(self._received[:size])
            del self._received[:size]
            return taken

    def _wait(self, size: int, timeout: float | None) -> None:
        """Until so many characters are there, the time is over, or somebody calls it off."""
        give_up_s = math.inf
        if timeout is not None:
            give_up_s = self._present() + timeout * (1.0 if self._as_read else self._asked.speed)
        while len(self._received) < size and self.is_open and not self._cancelled:
            now_s = self._present()
            if now_s >= give_up_s:
                return
            due_s = self._line.sampler.due_s(size - len(self._received))
            until_s = min(give_up_s, self._line.next_s, math.inf if due_s is None else due_s)
            if not self._as_read:
                wait_s = None if until_s == math.inf else max((until_s - now_s) / self._asked.speed, 0.0)
                self._changed.wait(wait_s)
            elif until_s == math.inf:
                return  # a line that is silent for ever, and a clock that goes on only to the next character
            else:
                self._now_s = max(until_s, now_s)
            self._catch_up(self._present())

    @property
    def ended(self) -> bool:
        """Whether the scenario is over and all of it was read: nothing comes any more."""
        with self._changed:
            return self._line.ended and not self._received and self._line.next_s == math.inf

    @property
    def in_waiting(self) -> int:
        """Characters that can be read without waiting."""
        with self._changed:
            self._require_open()
            self._catch_up(self._present())
            if self._as_read and not self._received:
                self._wait(_AT_A_TIME, None)
            return len(self._received)

    def write(self, b: Any, /) -> int:
        """A meter hears nothing."""
        self._require_open()
        return len(b)

    def flush(self) -> None:
        """Nothing waits to be sent."""

    @property
    def out_waiting(self) -> int:
        """Nothing."""
        return 0

    def reset_input_buffer(self) -> None:
        """Forget what came until now."""
        with self._changed:
            self._require_open()
            self._catch_up(self._present())
            self._received.clear()

    def reset_output_buffer(self) -> None:
        """Nothing waits to be sent."""

    def cancel_read(self) -> None:
        """Let another thread's ``read`` return what it has."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def _require_open(self) -> None:
        if not self.is_open:
            raise serial.PortNotOpenError

    def _update_break_state(self) -> None:
        """Two wires: there is nothing to pull."""

    _update_rts_state = _update_dtr_state = _update_break_state

    @property
    def cts(self) -> bool:
        """Not wired."""
        return False

    dsr = ri = cd = cts


Serial = LinkySerial  # the name that pyserial looks for
