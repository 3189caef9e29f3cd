# SPDX-License-Identifier: Apache-2.0
"""The receiving pin of a UART: the characters that its settings make of the line, each at the end of its stop bit."""

import math
from collections import deque
from typing import NamedTuple

from xky.protocol import Burst
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import CharacterDefect, Reception, Uart, received

__all__ = ["Character", "Wire"]


class Character(NamedTuple):
    """What the shift register hands over."""

    code: int
    error: CharacterDefect | None
    end_s: float


class Wire:
    """Hears bursts as they begin; gives their characters in order of time.

    Attributes:
        next_s: when the next character is there, seconds on the bench's clock; infinite where none is coming.
    """

    def __init__(self) -> None:
        self.next_s = math.inf
        self._uart: Uart | None = None
        self._is_set = False
        self._burst: Burst | None = None
        self._coming: deque[tuple[Reception, float]] = deque()  # with what comes behind the middle of its stop bits
        self._index = 0

    def set_to(self, uart: Uart | None, now_s: float) -> None:
        """Settings from now on; a character under way is lost, the rest of a burst is sampled anew.

        Args:
            uart: None takes the rate of the line, as a receiver without settings does.
            now_s: the present.
        """
        self._uart, self._is_set = uart, True
        self._coming.clear()
        self.next_s = math.inf
        if self._burst is not None and self._burst.end_s > now_s:
            self.hear(self._burst, now_s)

    def hear(self, burst: Burst, from_s: float | None = None) -> None:
        """A burst begins, or is under way and heard from ``from_s`` on."""
        self._burst = burst
        if not self._is_set:
            return
        uart = self._uart or Uart(CHARACTER_BITS / burst.character_s)
        reception = received(burst, uart, from_s)
        if not len(reception):
            return
        self._coming.append((reception, 0.5 / uart.baud))
        if len(self._coming) == 1:
            self._begin()

    def _begin(self) -> None:
        self._index = 0
        reception, rest_s = self._coming[0]
        self.next_s = reception.end_of(0) + rest_s

    def take(self) -> Character:
        """The next one."""
        reception, rest_s = self._coming[0]
        index, end_s = self._index, self.next_s
        taken = Character(reception.data[index], reception.errors.get(index), end_s)
        self._index = index + 1
        if index + 1 < len(reception.data):
            self.next_s = reception.end_of(index + 1) + rest_s
        else:
            self._coming.popleft()
            if self._coming:
                self._begin()
            else:
                self.next_s = math.inf
        return taken
