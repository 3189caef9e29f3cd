# SPDX-License-Identifier: Apache-2.0
"""What the meter counts: energies, and means over periods; all exact sums over constant power.

Energies are kept in integer milliwatt-microseconds, so a year of additions loses nothing. A register moves
when the total passes a whole watt-hour, and that watt-hour goes to the index running then: the indexes
therefore always sum up to their total, as in every clean capture.
"""

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction

from ..legal_time import SECOND_US

__all__ = ["MEANS_KEPT", "ROLLOVER", "EnergyRegister", "MeansSeen", "PeriodMeans", "Point"]

WH_US = 3600 * SECOND_US * 1000  # milliwatt-microseconds of one watt-hour
ROLLOVER = 10**9  # nine digits (54E §6.2.2)
MEANS_KEPT = 2  # of the past: CCASN and CCASN-1


@dataclass
class EnergyRegister:
    """One counter of energy, in Wh or VArh."""

    count: int = 0  # whole units shown
    _rest: int = 0  # of a unit, in milliunit-microseconds

    @property
    def exact(self) -> Fraction:
        """What it counted, the part of a unit that does not show included."""
        return self.count + Fraction(self._rest, WH_US)

    def add(self, power_milli: int, duration_us: int) -> int:
        """Count ``power_milli`` (mW or mVAr, not negative) over a duration; the whole units that were completed."""
        rest = self._rest + power_milli * duration_us
        if rest < WH_US:  # as nearly always
            self._rest = rest
            return 0
        units, self._rest = divmod(rest, WH_US)
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
    points: deque[Point] = field(default_factory=lambda: deque(maxlen=MEANS_KEPT))
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
