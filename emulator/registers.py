# SPDX-License-Identifier: Apache-2.0
"""What the meter counts: energies, demand maxima, load-curve points; all exact sums over constant power.

Energies are kept in integer watt-microseconds, so a year of additions loses nothing. A register moves
when the total passes a whole watt-hour, and that watt-hour goes to the index running then: the indexes
therefore always sum up to their total, as in every clean capture.
"""

from dataclasses import dataclass
from math import ceil, isqrt, log

from .legal_time import SECOND_US

__all__ = ["ROLLOVER", "Demand", "Energy", "Mean"]

WH_US = 3600 * SECOND_US  # watt-microseconds of one watt-hour
ROLLOVER = 10**9  # nine digits (54E §6.2.2)
_B = 0.008  # of the recursive low-pass filter, once a second (54E §7)


@dataclass
class Energy:
    """One counter of energy, in Wh or VArh."""

    count: int = 0  # whole units shown
    _rest: int = 0  # of a unit, in unit-seconds times 1e6

    def add(self, power: int, duration_us: int) -> int:
        """Count ``power`` (W or VAr, not negative) over a duration; the whole units that were completed."""
        units, self._rest = divmod(self._rest + power * duration_us, WH_US)
        self.count += units
        return units


@dataclass
class Mean:
    """Mean of a piecewise-constant quantity over a period."""

    _sum: int = 0
    _duration_us: int = 0

    def add(self, value: int, duration_us: int) -> None:
        self._sum += value * duration_us
        self._duration_us += duration_us

    def close(self) -> int | None:
        """The mean, rounded; None when nothing was added. Starts a new period."""
        mean = None if not self._duration_us else round(self._sum / self._duration_us)
        self._sum = self._duration_us = 0
        return mean


@dataclass
class Demand:
    """Filtered apparent power and its maximum of the day (SMAXSN, SMAXIN): 54E §7.

    The filter runs once a second, Y(n) = B·X² + (1-B)·Y(n-1); n seconds of one power are one power of
    (1-B). That SMAXSN is the square root of Y is implied by 54E, not written (uncertain).
    """

    _filtered: float = 0.0  # Y, in VA²
    _maximum: float = 0.0
    maximum_at_us: int = 0
    yesterday_va: int = 0
    yesterday_at_us: int = 0

    @property
    def maximum_va(self) -> int:
        """Highest filtered power of the day, in VA."""
        return isqrt(round(self._maximum))

    def settle(self, apparent_va: int, at_us: int) -> None:
        """Start as if this power had been drawn for long."""
        self._filtered = self._maximum = float(apparent_va) ** 2
        self.maximum_at_us = at_us

    def run(self, apparent_va: int, start_us: int, end_us: int) -> None:
        """Constant power from ``start_us`` to ``end_us``: the filter ticks at each whole second in it."""
        ticks = end_us // SECOND_US - start_us // SECOND_US
        if ticks <= 0:
            return
        square, before, shown_va = float(apparent_va) ** 2, self._filtered, self.maximum_va
        self._filtered = square + (before - square) * (1 - _B) ** ticks
        if self._filtered > self._maximum:  # it rises towards the square: the last tick is the highest
            self._maximum = self._filtered
            if self.maximum_va > shown_va:  # the time is that of the first tick with the value as shown
                threshold = self.maximum_va**2 - 0.5
                needed = ceil(log((square - threshold) / (square - before)) / log(1 - _B))
                self.maximum_at_us = (start_us // SECOND_US + min(max(needed, 1), ticks)) * SECOND_US

    def close_day(self, at_us: int) -> None:
        """Midnight: today becomes yesterday."""
        self.yesterday_va, self.yesterday_at_us = self.maximum_va, self.maximum_at_us
        self._maximum, self.maximum_at_us = self._filtered, at_us
