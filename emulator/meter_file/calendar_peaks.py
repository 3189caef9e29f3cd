# SPDX-License-Identifier: Apache-2.0
"""The mobile peaks of a supplier's calendar of one's own: on which dates, for how long, and what runs then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from xky.protocol.calendar import DayProfile
from xky.protocol.status import Colour

from ..contracts.peak import Peak, Planned
from ..legal_time import PARIS, instant_us

__all__ = ["CalendarPeaks"]

_KNOWN_FROM = time(16)  # of the day before; assumption, as of TEMPO
_NOTICED_FROM = time(20)


@dataclass(frozen=True)
class CalendarPeaks:
    """The peaks, by date.

    Args:
        profiles: that are in force during peak 1 to 3.
        dates: number of the peak that begins on a date.
        span: from when to when, on that day or into the next one.
    """

    profiles: Mapping[int, DayProfile]
    dates: Mapping[date, int] = field(default_factory=dict)
    span: tuple[time, time] = (time(6), time(6))

    @property
    def walls(self) -> frozenset[time]:
        """Wall times at which anything of it may change."""
        return frozenset({*self.span, _KNOWN_FROM, _NOTICED_FROM})

    def planned(self, day: date) -> Iterable[Planned]:
        number = self.dates.get(day)
        if number is not None:
            eve, (begins, ends) = day - timedelta(days=1), self.span
            last = day if begins < ends else day + timedelta(days=1)
            peak = Peak(_at(day, begins), _at(last, ends), _at(eve, _NOTICED_FROM))
            yield Planned(number, peak, _at(eve, _KNOWN_FROM))

    def colours(self, at_us: int) -> tuple[Colour, Colour]:
        return Colour.NONE, Colour.NONE

    def contact_closed(self, supplier_index: int) -> None:
        """Only TEMPO has a contact object (54E §6.2.3.22)."""


def _at(day: date, wall: time) -> int:
    return instant_us(datetime.combine(day, wall, PARIS))
