# SPDX-License-Identifier: Apache-2.0
"""What the meter counts: energies, demand maxima, points of curves; all exact sums over constant power.

Energies are kept in integer milliwatt-microseconds, so a year of additions loses nothing. A register moves
when the total passes a whole watt-hour, and that watt-hour goes to the index running then: the indexes
therefore always sum up to their total, as in every clean capture.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from math import ceil, log, sqrt

from ..legal_time import SECOND_US
from .clock import MeterClock

__all__ = ["ROLLOVER", "Demand", "EnergyRegister", "MaximaSeen", "Maximum", "MeansSeen", "PeriodMeans", "Point"]

WH_US = 3600 * SECOND_US * 1000  # milliwatt-microseconds of one watt-hour
ROLLOVER = 10**9  # nine digits (54E §6.2.2)
FILTER_B = 0.008  # of the recursive low-pass filter, once a second (54E §7)
_TRUE = MeterClock()
_DAYS_KEPT = 6  # as far back as a captured SMAXSN-1 was seen to reach


@dataclass
class EnergyRegister:
    """One counter of energy, in Wh or VArh."""

    count: int = 0  # whole units shown
    _rest: int = 0  # of a unit, in milliunit-microseconds

    def add(self, power_milli: int, duration_us: int) -> int:
        """Count ``power_milli`` (mW or mVAr, not negative) over a duration; the whole units that were completed."""
        units, self._rest = divmod(self._rest + power_milli * duration_us, WH_US)
        self.count += units
        return units


@dataclass(frozen=True, slots=True)
class Point:
    """A mean over a period, and the end of that period on the meter's clock."""

    at_us: int
    value: int


@dataclass(frozen=True, slots=True)
class MeansSeen:
    """The last means that a meter says.

    Attributes:
        points: newest first; empty where nothing is told.
        period_us: in the place of the usual one.
    """

    points: tuple[Point, ...] = ()
    period_us: int | None = None


@dataclass
class PeriodMeans:
    """Means of a piecewise-constant quantity over periods that end on whole multiples of the period.

    Attributes:
        period_us: of the meter's clock.
        points: those finished, newest first.
        whole: whether the period under way was measured from its start: one that an outage or a clock
            change broke gives no point, and the last one stands.
    """

    period_us: int
    points: deque[Point] = field(default_factory=lambda: deque(maxlen=2))
    whole: bool = True
    _sum: int = 0
    _duration_us: int = 0

    def add(self, value_milli: int, duration_us: int) -> None:
        """The quantity over a duration, in thousandths."""
        self._sum += value_milli * duration_us
        self._duration_us += duration_us

    def close(self, at_us: int) -> None:
        """The period ends at ``at_us``; a new one starts."""
        if self.whole and self._duration_us:
            self.points.appendleft(Point(at_us, round(self._sum / self._duration_us / 1000)))
        self._sum = self._duration_us = 0
        self.whole = True

    def settle(self, value: int, at_us: int, value_milli: int) -> None:
        """The past before ``at_us``: ``value`` in each period, ``value_milli`` since the last one's end."""
        end_us = at_us // self.period_us * self.period_us
        self.points.clear()
        self.points.extend(Point(end_us - age * self.period_us, value) for age in (0, 1))
        self._sum, self._duration_us, self.whole = value_milli * (at_us - end_us), at_us - end_us, True

    def recall(self, seen: MeansSeen, now_us: int) -> None:
        """The past before ``now_us``, as far as it is told: it goes on with the value of the newest point."""
        if not seen.points:
            return
        newest = seen.points[0]
        self.period_us = seen.period_us or self.period_us
        self.settle(newest.value, now_us, newest.value * 1000)
        self.whole = newest.at_us == now_us // self.period_us * self.period_us
        self.points.clear()
        self.points.extend(seen.points)


@dataclass(frozen=True, slots=True)
class Maximum:
    """Highest filtered power of a day, and when it was reached on the meter's clock."""

    va: int
    at_us: int


@dataclass(frozen=True, slots=True)
class MaximaSeen:
    """The maxima that a meter says; None and empty where nothing is told.

    Attributes:
        today: of the day under way.
        days: of the days before, newest first.
        yesterday_va: of yesterday, where its time is not told.
    """

    today: Maximum | None = None
    days: tuple[Maximum, ...] = ()
    yesterday_va: int | None = None


@dataclass
class Demand:
    """Filtered apparent power and its maximum of the day (SMAXSN, SMAXIN): 54E §7.

    The filter runs once a second, Y(n) = B·X² + (1-B)·Y(n-1); n seconds of one power are one power of
    (1-B). That SMAXSN is the square root of Y is implied by 54E, not written (uncertain).

    Attributes:
        days: maxima of the days before, newest first.
    """

    filtered: float = 0.0  # Y, in VA²
    today: Maximum = Maximum(0, 0)
    days: deque[Maximum] = field(default_factory=lambda: deque(maxlen=_DAYS_KEPT))

    def settle(self, apparent_va: float, at_us: int) -> None:
        """Start as if this power had been drawn for long."""
        self.filtered = apparent_va**2
        self.today = Maximum(round(apparent_va), at_us)

    def recall(self, seen: MaximaSeen) -> None:
        """Let the maxima be these, as far as they are told."""
        if seen.today is not None:
            self.today = seen.today
            self.filtered = min(self.filtered, float(seen.today.va) ** 2)
        if seen.days:
            self.days.clear()
            self.days.extend(seen.days)
        if seen.yesterday_va is not None:
            self.days[0] = replace(self.days[0], va=seen.yesterday_va)

    def rises(self, apparent_va: float) -> bool:
        """Whether this power may raise the maximum of the day."""
        return apparent_va > self.today.va

    def run(self, apparent_va: float, start_us: int, end_us: int, clock: MeterClock = _TRUE) -> None:
        """Constant power from ``start_us`` to ``end_us``: the filter ticks at each whole second in it.

        ``clock`` is the meter's, which dates the maximum.
        """
        ticks = end_us // SECOND_US - start_us // SECOND_US
        if ticks <= 0:
            return
        square, before = apparent_va**2, self.filtered
        self.filtered = square + (before - square) * (1 - FILTER_B) ** ticks
        shown_va = round(sqrt(self.filtered))
        if shown_va > self.today.va:  # it rises: the last tick is the highest, the time that of the first as high
            needed = _ticks_to_reach((shown_va - 0.5) ** 2, before, square) or 1
            at_us = (start_us // SECOND_US + min(needed, ticks)) * SECOND_US
            self.today = Maximum(shown_va, clock.shown(at_us))

    def ticks_to_reach(self, limit_va: float, apparent_va: float) -> int | None:
        """Seconds of this power until the filter's output reaches a limit; None when it never does."""
        return _ticks_to_reach(limit_va**2, self.filtered, apparent_va**2)

    def close_day(self, at_us: int) -> None:
        """Midnight: today becomes yesterday."""
        self.days.appendleft(self.today)
        self.today = Maximum(round(sqrt(self.filtered)), at_us)


def _ticks_to_reach(threshold: float, before: float, square: float) -> int | None:
    if before >= threshold:
        return 1
    if square <= threshold:
        return None
    return max(1, ceil(log((square - threshold) / (square - before)) / log(1 - FILTER_B) - 1e-9))
