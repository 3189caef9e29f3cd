# SPDX-License-Identifier: Apache-2.0
"""A supplier calendar of the new kind with ten indexes: super off-peak, off-peak and peak hours by season."""

from datetime import date, time, timedelta

from xky.protocol.calendar import Contact, DayProfile

from .contract import Contract, profile

__all__ = ["contract"]

_CLOSE, _OPEN = Contact.CLOSE, Contact.OPEN
_SEASONS = ("HIVER", "MISAIS", "ETE")  # winter, between, summer
_MONTHS = {11: 0, 12: 0, 1: 0, 2: 0, 3: 1, 4: 1, 10: 1}  # the others are summer
_SUNDAY_INDEX = 10


def _day(season: int) -> DayProfile:
    first = 3 * season + 1
    return profile(
        (time(0), _CLOSE, first + 1), (time(2), _CLOSE, first), (time(6), _CLOSE, first + 1),
        (time(7), _OPEN, first + 2), (time(22), _CLOSE, first + 1),
    )  # fmt: skip


def contract(years: tuple[int, int] = (2000, 2099)) -> Contract:
    """``H SUPER CREUSES``, a name that exists; ten indexes and four day profiles are an assumption.

    Args:
        years: first and last for which the calendar is programmed.
    """
    day, last, dates = date(years[0], 1, 1), date(years[1], 12, 31), {}
    while day <= last:
        dates[day] = 3 if day.weekday() == 6 else _MONTHS.get(day.month, 2)
        day += timedelta(days=1)
    names = {3 * s + place + 1: f"{period} {season}".center(16)
             for s, season in enumerate(_SEASONS)
             for place, period in enumerate(("H SUP CR", "H CREUSE", "H PLEINE"))}  # fmt: skip
    return Contract(
        ngtf="H SUPER CREUSES ",
        ltarf=names | {_SUNDAY_INDEX: "    DIMANCHE    "},
        days=(*(_day(season) for season in range(3)), profile((time(0), _CLOSE, _SUNDAY_INDEX))),
        dates=dates,
    )
