# SPDX-License-Identifier: Apache-2.0
"""What has arrived at the end of an output by now: the line, as the reader's UART samples it.

The reader may change its settings at any time, in the middle of a frame too: what is there already stays, what
comes is sampled anew.
"""

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

from xky.protocol import Burst
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import Uart, received

__all__ = ["Sampler", "uart_of"]

_ROUNDING = 1e-6  # of a character: one that ends now is there


def uart_of(baud: int, data_bits: int, parity: str, stop_bits: float) -> Uart:
    """The receiver that a program asks for in pyserial's words.

    Raises:
        InputError: no UART has these settings.
    """
    checked: Any = parity  # by the UART
    return Uart(baud, data_bits, checked, math.floor(stop_bits))


class _Run:
    """Evenly spaced characters that wait for their time."""

    __slots__ = ("character_s", "data", "first_s", "taken")

    def __init__(self, data: bytes, first_s: float, character_s: float) -> None:
        self.data = data
        self.first_s = first_s  # end of the first character
        self.character_s = character_s
        self.taken = 0

    def due(self, now_s: float) -> int:
        """How many are there at an instant, counted from the start of the run: nothing adds up."""
        if now_s == math.inf:
            return len(self.data)
        count = int((now_s - self.first_s) / self.character_s + 1 + _ROUNDING)
        return min(max(count, self.taken), len(self.data))


class Sampler:
    """One reader's end of the line.

    Args:
        uart: the reader's settings; None takes characters as they were sent, parity looked at and taken off, as a
            UART does that is set to 7E1 at the line's own rate.
        keep_parity: as they were sent is with the parity left in bit 7, as a UART does that is set to 8N1.
        marks_spoilt: parity is taken off as the line should have it, so that bit 7 is set where it was wrong, or the
            stop bit: any of the 256 codes can come of a character that is spoilt.
    """

    def __init__(self, uart: Uart | None = None, *, keep_parity: bool = False, marks_spoilt: bool = False) -> None:
        self._uart = uart
        self._keep_parity = keep_parity
        self._marks_spoilt = marks_spoilt
        self._runs: deque[_Run] = deque()
        self._burst: Burst | None = None

    @property
    def uart(self) -> Uart | None:
        """The settings; see ``Sampler``."""
        return self._uart

    def hear(self, burst: Burst, from_s: float | None = None) -> None:
        """A burst starts, or is under way and heard from ``from_s`` on."""
        self._burst = burst
        self._runs.extend(self._made(burst, from_s))

    @property
    def marks_spoilt(self) -> bool:
        """See ``Sampler``."""
        return self._marks_spoilt

    def change(self, uart: Uart | None, now_s: float, *, marks_spoilt: bool = False) -> None:
        """The reader has other settings from now on."""
        kept = [_Run(run.data[: run.due(now_s)], run.first_s, run.character_s) for run in self._runs]
        for short, run in zip(kept, self._runs, strict=True):
            short.taken = run.taken
        self._runs = deque(run for run in kept if run.taken < len(run.data))
        self._uart, self._marks_spoilt = uart, marks_spoilt
        if self._burst is not None and self._burst.end_s > now_s:
            self.hear(self._burst, now_s)

    def take(self, now_s: float) -> bytes:
        """The characters that are there by now and were not taken yet; each is there when its stop bit has ended."""
        runs, taken = self._runs, b""
        while runs:
            run = runs[0]
            due = run.due(now_s)
            if due > run.taken:
                taken += run.data[run.taken : due]
                run.taken = due
            if due < len(run.data):
                break
            runs.popleft()
        return taken

    def due_s(self, count: int) -> float | None:
        """When the next ``count`` characters are there, or all that are coming; None where none is."""
        due_s = None
        for run in self._runs:
            last = min(run.taken + count, len(run.data)) - 1
            due_s = run.first_s + last * run.character_s
            count -= last + 1 - run.taken
            if count <= 0:
                break
        return due_s

    def _made(self, burst: Burst, from_s: float | None) -> Iterator[_Run]:
        """What is received of a burst, as runs of even spacing."""
        as_sent, uart = self._uart is None, self._uart
        if uart is None:
            baud = CHARACTER_BITS / burst.character_s
            uart = Uart(baud, 8, "N") if self._keep_parity else Uart(baud)
        reception = received(burst, uart, None if as_sent else from_s)
        data, rest_of_stop_s = reception.handed_over if self._marks_spoilt else reception.data, 0.5 / uart.baud
        ends = [*(index for index, _ in reception.runs), len(data)][1:]
        for (first, end_s), end in zip(reception.runs, ends, strict=True):
            run = _Run(data[first:end], end_s + rest_of_stop_s, reception.character_s)
            if as_sent and from_s is not None:
                run.taken = run.due(from_s)  # what had ended before
            if run.taken < len(run.data):
                yield run
