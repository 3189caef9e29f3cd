# SPDX-License-Identifier: Apache-2.0
"""What every kind of UART is to the machine: registers, a receiver that hears the line, a transmitter."""

import math
from abc import abstractmethod
from collections import deque
from collections.abc import Callable

from xky.emulator.outputs import PortSettings
from xky.protocol.uart import CharacterDefect

from ..clock import Clock
from ..peripheral import Peripheral
from ..wire import Wire

__all__ = ["Uart"]

IDLE_STEP_S = 1e-3  # what passes at a look at an empty receiver: a timer is looked at beside it, maybe
_BEHIND_OUTPUT = 4  # empty looks that are told as they are behind a character sent: another may be waiting
_TOLD_EVERY = 64  # characters of a burst: then an empty look is told once, so that a main loop gets its turn
_IN_HANDLER = 64  # looks at an empty receiver that works by interrupts, before they are taken for waiting


class Uart(Peripheral):
    """A UART.

    A program that polls looks at an empty receiver thousands of times for each character. Where it has shown that it
    does nothing else, a look takes as long as the next character, and finds it.

    Args:
        clock: of the machine.
        stride: bytes from register to register; None: as the kind has it.
        stop: ends the run of the engine at this access, which is made anew when it goes on.

    Attributes:
        wire: its receiving pin.
        transmit: where its characters go.
        settings: what the program asked of it, in order of time.
        overruns: characters lost because the program did not fetch them.
        touched: whether the program ever read or wrote one of its registers.
        interrupts: whether it may ask for an interrupt when a character comes.
    """

    kind = ""

    def __init__(self, clock: Clock, stride: int | None, stop: Callable[[], None]) -> None:
        self.clock = clock
        self.stride = stride or 1
        self.wire = Wire()
        self.transmit: Callable[[int], None] = lambda code: None
        self.settings: list[PortSettings] = []
        self.overruns = 0
        self.touched = False
        self.interrupts = False
        self._stop = stop
        self._told = 0
        self._since_told = 0
        self._looks = 0
        self._character_s = IDLE_STEP_S
        self.waiting: deque[tuple[int, CharacterDefect | None]] = deque()
        """Received, and not fetched."""

    def sends(self, code: int) -> None:
        """The program sends a character."""
        self._told = _BEHIND_OUTPUT
        self.transmit(code)

    def found_empty(self) -> bool:
        """The program looks at an empty receiver: whether it shall find a character in it after all."""
        clock = self.clock
        if self.interrupts:
            self._looks += 1
            if self._looks < _IN_HANDLER:
                return False
            self._looks = 0
        elif self._told:
            self._told -= 1
            return False
        else:
            next_s = self.wire.next_s  # not before now: what has come has arrived
            if next_s <= clock.horizon_s and next_s - clock.now_s <= self._character_s:
                clock.now_s = next_s
                clock.waits += 1
                self._since_told += 1
                if self._since_told == _TOLD_EVERY:
                    self._since_told, self._told = 0, 1
                self.arrive()
                return True
        self._told = 1
        clock.waiting = True
        self._stop()
        return False

    def is_set_to_take(self, character_s: float) -> None:
        """How long a character takes that it can hear, seconds."""
        self._character_s = max(IDLE_STEP_S, 1.05 * character_s)

    @abstractmethod
    def arrive(self) -> None:
        """Put in ``waiting`` what has come by now."""

    @property
    def next_s(self) -> float:
        """When it asks for an interrupt next, as far as it knows."""
        return self.wire.next_s if self.interrupts else math.inf
