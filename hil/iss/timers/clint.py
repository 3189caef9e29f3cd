# SPDX-License-Identifier: Apache-2.0
"""``clint``: SiFive's core-local interruptor of one hart: msip, mtimecmp, mtime (FU540-C000 manual v1p4, chapter 9)."""

import math
from collections.abc import Callable

from ..clock import Clock
from .timer import Timer

__all__ = ["KIND", "Clint"]

_MSIP, _COMPARE, _TIME = 0x0, 0x4000, 0xBFF8


class Clint(Timer):
    """mtime counts from the start of the machine; it cannot be written."""

    kind = "clint"
    size = 0xC000

    def __init__(self, clock: Clock, hz: int, stop: Callable[[], None]) -> None:
        super().__init__(clock, hz, stop)
        self._compare = (1 << 64) - 1
        self._software = 0

    def read(self, offset: int, size: int) -> int:
        if offset >= _TIME:
            self.looked_at()
            whole, from_byte = self.clock.ticks(self.hz), offset - _TIME
        elif offset & ~7 == _COMPARE:
            whole, from_byte = self._compare, offset - _COMPARE
        else:
            return self._software if offset == _MSIP else 0
        return whole >> 8 * from_byte & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        if offset & ~7 == _COMPARE:
            low, mask = 8 * (offset - _COMPARE), (1 << 8 * size) - 1
            self._compare = self._compare & ~(mask << low) | (value & mask) << low
        elif offset == _MSIP:
            self._software = value & 1

    @property
    def asks(self) -> int:
        due = self.clock.ticks(self.hz) >= self._compare
        return (1 << 7 if due else 0) | (1 << 3 if self._software else 0)

    @property
    def next_s(self) -> float:
        due_s = self.clock.at(self._compare, self.hz)
        return due_s if due_s > self.clock.now_s else math.inf


KIND = Clint
