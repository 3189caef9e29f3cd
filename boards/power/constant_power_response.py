# SPDX-License-Identifier: Apache-2.0
"""The response of a converter of constant power behind a series resistance, and where it collapses.

It draws the more the lower its voltage is. So the voltage behind the resistance is no function of the voltage
before it: where it collapses there is no solution near by, and the voltage falls to where the converter fades. On the
way down it stays on the highest solution as long as there is one; that is the one taken here, always.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from .curve import least, root

__all__ = ["ConstantPowerResponse", "rising_root"]

_LOOKED_AT = 600


@dataclass(frozen=True, slots=True)
class _Collapse:
    """A jump from ``upper_v`` down to ``lower_v`` where the voltage before the resistance falls through ``at_v``."""

    at_v: float
    lower_v: float
    upper_v: float


class ConstantPowerResponse:
    """The voltage behind the resistance for one before it: the highest solution of ``before(v) = x``.

    Args:
        before: the voltage before the resistance, over one behind it; rises but where it collapses.
        low_v: of the voltages behind it that are looked at; None: it never collapses.
        high_v: likewise.
    """

    def __init__(self, before: Callable[[float], float], low_v: float | None = None, high_v: float = 0.0) -> None:
        self._before = before
        self._collapses = [] if low_v is None else _collapses(before, low_v, high_v)
        self._collapses_at_v = [one.at_v for one in self._collapses]

    @property
    def collapses_at_v(self) -> Sequence[float]:
        """The voltages before the resistance at which it collapses, ascending."""
        return self._collapses_at_v

    def solve(self, before_v: float) -> float:
        """The highest voltage behind the resistance for one before it."""
        above = bisect_right(self._collapses_at_v, before_v)
        low_v = self._collapses[above - 1].upper_v if above else -inf
        high_v = self._collapses[above].lower_v if above < len(self._collapses) else inf
        start_v = min(max(before_v, low_v), high_v)
        return rising_root(lambda v: self._before(v) - before_v, start_v, low_v, high_v)

    def lowest(self, behind_v: float) -> float:
        """The lowest voltage before the resistance that leaves so much behind it."""
        for one in self._collapses:
            if one.lower_v < behind_v < one.upper_v:
                return one.at_v
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


def _collapses(before: Callable[[float], float], low_v: float, high_v: float) -> list[_Collapse]:
    width_v = (high_v - low_v) / _LOOKED_AT
    points = [(low_v + k * width_v, before(low_v + k * width_v)) for k in range(_LOOKED_AT + 1)]
    found: list[_Collapse] = []
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
            found.append(_Collapse(at_v, lower_v, upper_v))
        right_v, right = left_v, left
    return found[::-1]


def _crossing(function: Callable[[float], float], level: float, low: float, high: float) -> float:
    return root(lambda x: function(x) - level, low, high, tolerance=1e-15)
