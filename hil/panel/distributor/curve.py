# SPDX-License-Identifier: Apache-2.0
"""A curve of the distributor as it was read: its points, how many each day has and should have, what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from xky.emulator.legal_time import PARIS, SECOND_US, instant_us, local_time

__all__ = ["MINUTE_US", "Curve", "DayPoints", "Finding", "Point", "day_bounds_us", "shown_times"]

MINUTE_US = 60 * SECOND_US
_HALF = Fraction(1, 2)  # watts: what a rounded average may be from the exact one
_SHOWN = 6  # instants of a finding


@dataclass(frozen=True, slots=True)
class Point:
    """An average over an interval.

    Attributes:
        end_us: end of the interval, µs since 1970-01-01 UTC.
        step_min: its length in minutes.
        average_w: average power, rounded to a whole watt.
    """

    end_us: int
    step_min: int
    average_w: int

    @property
    def start_us(self) -> int:
        """Beginning of the interval."""
        return self.end_us - self.step_min * MINUTE_US

    @property
    def energy_wh(self) -> Fraction:
        """What it comes to."""
        return Fraction(self.average_w * self.step_min, 60)

    @property
    def bound_wh(self) -> Fraction:
        """How far the energy may be from the exact one, as watts are rounded."""
        return _HALF * self.step_min / 60


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with an export, or has to be known of it.

    Attributes:
        text: one line, as it is printed behind the file's name.
        kind: ``missing``, ``doubled``, ``shifted``, ``empty``, ``ambiguous``, ``row``, ``steps`` or ``order``.
        day: local day that it is about; None for the whole file.
    """

    text: str
    kind: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class DayPoints:
    """How many points a local day has.

    Attributes:
        day: of legal time: 23, 24 or 25 hours.
        points: that can be counted on: a value, a step, and no other value for the same interval.
        due: that it should have at the steps it has; those of the file next to it where it has none.
        missing_us: ends of intervals that nothing is told of.
    """

    day: date
    points: int
    due: int
    missing_us: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """What was read of one export.

    Attributes:
        name: of the file, for complaints.
        points: those that can be counted on, in order.
        findings: what is wrong with the file, in order of the days.
        days: from the first day with a point to the last one.
        measured: ``Grandeur metier`` of the head; empty where none tells.
        prm: of the head; empty where none tells.
    """

    name: str
    points: Sequence[Point]
    findings: Sequence[Finding]
    days: Sequence[DayPoints]
    measured: str = ""
    prm: str = ""

    def within(self, from_us: int, to_us: int) -> Iterator[Point]:
        """The points whose intervals lie in a stretch of time."""
        return (one for one in self.points if from_us <= one.start_us and one.end_us <= to_us)


def day_bounds_us(day: date) -> tuple[int, int]:
    """Both midnights of a local day."""
    start, end = (datetime.combine(one, time(), PARIS) for one in (day, day + timedelta(days=1)))
    return instant_us(start), instant_us(end)


def shown_times(instants_us: Sequence[int]) -> str:
    """Some instants of one day in legal time, with their zone on a day whose clock changes."""
    offsets = {local_time(at_us).utcoffset() for at_us in _of_days(instants_us)}
    shown = [f"{local_time(at_us):%H:%M}{f' {local_time(at_us):%Z}' if len(offsets) > 1 else ''}"
             for at_us in instants_us[:_SHOWN]]  # fmt: skip
    more = len(instants_us) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _of_days(instants_us: Sequence[int]) -> Iterator[int]:
    for at_us in instants_us[:_SHOWN]:
        yield from day_bounds_us(local_time(at_us - 1).date())
