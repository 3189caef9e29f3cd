# SPDX-License-Identifier: Apache-2.0
"""The receiving pin of a UART: the characters that its settings make of the line, each at the end of its stop bit."""

import math
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from xky.protocol import Burst
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import CharacterDefect, Uart, received

__all__ = ["Wire"]


class _Run(NamedTuple):
    """Evenly spaced characters."""

    data: bytes
    errors: Mapping[int, CharacterDefect]
    first: int  # index of its first one in ``errors``
    first_s: float
    character_s: float


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
        self._coming: deque[_Run] = deque()
        self._run = _Run(b"", {}, 0, 0.0, 0.0)
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
        data, rest_of_stop_s = reception.data, 0.5 / uart.baud
        ends = [*(index for index, _ in reception.runs), len(data)][1:]
        for (first, end_s), end in zip(reception.runs, ends, strict=True):
            if end > first:
                run = _Run(data[first:end], reception.errors, first, end_s + rest_of_stop_s, reception.character_s)
                self._coming.append(run)
        if self.next_s == math.inf:
            self._begin()

    def _begin(self) -> None:
        """On to the next run, if there is one."""
        self._index = 0
        if self._coming:
            self._run = self._coming.popleft()
            self.next_s = self._run.first_s
        else:
            self.next_s = math.inf

    def take(self) -> tuple[int, CharacterDefect | None, float]:
        """The next one, as the shift register hands it over: code, complaint, and when it was there."""
        run, index, end_s = self._run, self._index, self.next_s
        error = run.errors.get(run.first + index) if run.errors else None
        self._index = behind = index + 1
        if behind < len(run.data):
            self.next_s = run.first_s + behind * run.character_s
        else:
            self._begin()
        return run.data[index], error, end_s
