# SPDX-License-Identifier: Apache-2.0
"""Where a converter of constant power collapses behind a series resistance.

It draws the more the lower its voltage is. So the voltage behind the resistance is no function of the voltage
before it: below a fold there is no solution near by, and the voltage falls to where the converter fades. On the
way down it stays on the highest solution as long as there is one; that is the one taken here, always.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from .curve import least, root

__all__ = ["Branches", "rising_root"]

_LOOKED_AT = 600


@dataclass(frozen=True, slots=True)
class _Fold:
    """A jump from ``upper_v`` down to ``lower_v`` where the voltage before the resistance falls through ``at_v``."""

    at_v: float
    lower_v: float
    upper_v: float


class Branches:
    """The solutions of ``before(v) = x`` that are the highest, for any x.

    Args:
        before: the voltage before the resistance, over one behind it; rises but for folds.
        low_v: of the voltages behind it that are looked at; None: there is no fold.
        high_v: likewise.
    """

    def __init__(self, before: Callable[[float], float], low_v: float | None = None, high_v: float = 0.0) -> None:
        self._before = before
        self._folds = [] if low_v is None else _folds(before, low_v, high_v)
        self._keys = [fold.at_v for fold in self._folds]

    @property
    def folds(self) -> Sequence[float]:
        """The voltages before the resistance at which it jumps, ascending."""
        return self._keys

    def solve(self, before_v: float) -> float:
        """The highest voltage behind the resistance for one before it."""
        above = bisect_right(self._keys, before_v)
        low_v = self._folds[above - 1].upper_v if above else -inf
        high_v = self._folds[above].lower_v if above < len(self._folds) else inf
        start_v = min(max(before_v, low_v), high_v)
        return rising_root(lambda v: self._before(v) - before_v, start_v, low_v, high_v)

    def lowest(self, behind_v: float) -> float:
        """The lowest voltage before the resistance that leaves so much behind it."""
        for fold in self._folds:
            if fold.lower_v < behind_v < fold.upper_v:
                return fold.at_v
        return self._before(behind_v)


def rising_root(function: Callable[[float], float], start: float, low: float = -inf, high: float = inf) -> float:
    """Where a function that rises is zero, looked for from ``start`` on, or the end towards which it is."""
    value = function(start)
    if value == 0.0:
        return start
    way, step = (-1.0 if value > 0 else 1.0), 1e-3
    while True:
        other = min(max(start + way * step, low), high)
        if other == start:
            return start
        if (function(other) > 0) != (value > 0):
            return root(function, start, other, tolerance=1e-15)
        start, step = other, 4 * step


def _folds(before: Callable[[float], float], low_v: float, high_v: float) -> list[_Fold]:
    width_v = (high_v - low_v) / _LOOKED_AT
    points = [(low_v + k * width_v, before(low_v + k * width_v)) for k in range(_LOOKED_AT + 1)]
    folds: list[_Fold] = []
    right_v, right = points.pop()
    while points:
        left_v, left = points.pop()
        if left < right:
            right_v, right = left_v, left
            continue
        upper_v = least(before, left_v, right_v + width_v)
        at_v = before(upper_v)
        while left >= at_v and points:
            right_v = left_v
            left_v, left = points.pop()
        if left < at_v:
            lower_v = _crossing(before, at_v, left_v, right_v)
            folds.append(_Fold(at_v, lower_v, upper_v))
        right_v, right = left_v, left
    return folds[::-1]


def _crossing(function: Callable[[float], float], level: float, low: float, high: float) -> float:
    return root(lambda x: function(x) - level, low, high, tolerance=1e-15)
