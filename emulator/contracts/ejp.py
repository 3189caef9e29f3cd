# SPDX-License-Identifier: Apache-2.0
"""EJP: normal hours, and 22 peak days a winter, from 07:00 to 01:00, told half an hour before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from xky.protocol.calendar import Contact, DayProfile
from xky.protocol.status import Colour

from ..legal_time import PARIS, instant_us
from .contract import Contract, Historic, unchanging
from .peak import Peak, Planned

__all__ = ["NOTICE_MIN", "EjpDays", "contract"]

NOTICE_MIN = 30  # PEJP is fixed to 30 (54E §6.1.1)
_START, _END = time(7), time(1)  # of a peak, as the EJP tariff always had it; assumption, no capture
_KNOWN_FROM = time(17)  # assumption: the supplier decides in the afternoon before
_WINTER = {11, 12, 1, 2, 3}
_SUNDAY = 6
_NORMAL, _PEAK = 1, 2


def _at(day: date, wall: time) -> int:
    return instant_us(datetime.combine(day, wall, PARIS))


@dataclass(frozen=True)
class EjpDays:
    """The peak days.

    Args:
        seed: draws them, but for those named; None: there are no others.
        days: named ones, peak or not.
    """

    seed: int | None = 0
    days: Mapping[date, bool] = field(default_factory=dict)
    profiles: Mapping[int, DayProfile] = field(default_factory=lambda: {1: unchanging(_PEAK, Contact.OPEN)})
    walls: frozenset[time] = frozenset({_START, _END, _KNOWN_FROM, time(6, 30)})

    def is_peak(self, day: date) -> bool:
        """Whether a peak begins on this day at 07:00."""
        named = self.days.get(day)
        if named is not None:
            return named
        if self.seed is None or day.month not in _WINTER or day.weekday() == _SUNDAY:
            return False
        return Random(f"ejp {self.seed}/{day.isoformat()}").random() < 22 / 130

    def planned(self, day: date) -> Iterable[Planned]:
        if self.is_peak(day):
            start = _at(day, _START)
            peak = Peak(start, _at(day + timedelta(days=1), _END), start - NOTICE_MIN * 60 * 10**6)
            yield Planned(1, peak, _at(day - timedelta(days=1), _KNOWN_FROM))

    def colours(self, at_us: int) -> tuple[Colour, Colour]:
        return Colour.NONE, Colour.NONE

    def contact_closed(self, supplier_index: int) -> bool:
        """Open during peaks only (assumption)."""
        return supplier_index == _NORMAL


def contract(seed: int | None = 0, days: Mapping[date, bool] | None = None) -> Contract:
    """Option EJP.

    Args:
        seed: of the peak days that ``days`` does not name.
        days: whether given days are peaks.
    """
    return Contract(
        ngtf="      EJP       ",
        ltarf={_NORMAL: " HEURE  NORMALE ", _PEAK: " HEURE  POINTE  "},
        days=(unchanging(_NORMAL, Contact.CLOSE),),
        historic=Historic("EJP.", {"EJPHN": 1, "EJPHPM": 2}, {_NORMAL: "HN..", _PEAK: "PM.."}),
        peaks=EjpDays(seed, dict(days or {})),
    )
