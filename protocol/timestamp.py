# SPDX-License-Identifier: Apache-2.0
"""The horodate of standard mode: season and thirteen characters, ``SAAMMJJhhmmss`` (54E §6.2.1.1)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache

from .errors import InputError

__all__ = [
    "TIMESTAMP_FORM", "TIMESTAMP_SIZE", "Season", "Timestamp", "TimestampMark", "is_timestamp", "timestamp_mark",
]  # fmt: skip

TIMESTAMP_SIZE = 13
TIMESTAMP_FORM = re.compile(r"[HEhe ][0-9]{12}")


class Season(StrEnum):
    """Legal time of France in force: winter is UTC+1, summer UTC+2; blank where it does not apply."""

    WINTER = "H"
    SUMMER = "E"
    BLANK = " "  # DPM1-3 and FPM1-3 only (54E §6.2.1.1)

    @property
    def utc_offset(self) -> timedelta | None:
        """Distance to UTC, or None for the blank season."""
        return {"H": timedelta(hours=1), "E": timedelta(hours=2)}.get(self.value)


class TimestampMark(StrEnum):
    """What is to be said of a horodate whose form is right."""

    IMPOSSIBLE = "impossible"  # no such day or hour, a season that this date cannot have, or none where one is due
    UNCERTAIN = "uncertain"  # 54E leaves open whether it may be so


def is_timestamp(text: str) -> bool:
    """Whether ``text`` has the form of a horodate; the calendar itself is not checked."""
    return TIMESTAMP_FORM.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A horodate: local legal time, its season, and whether the meter's clock is degraded.

    A degraded clock (reserve used up, not set again yet) shows as a lower-case season letter; STGE
    bit 16 says the same (54E §6.2.1.1).
    """

    local: datetime
    season: Season
    degraded: bool = False

    @classmethod
    def parse(cls, text: str) -> "Timestamp":
        """Read thirteen characters.

        Raises:
            InputError: the form is wrong or the day or hour does not exist.

        >>> Timestamp.parse("e090714074553").degraded
        True
        """
        if not is_timestamp(text):
            raise InputError(f"horodate {text!r}: expected a letter of H, E, h, e or a space, then AAMMJJhhmmss")
        try:
            local = datetime.strptime("20" + text[1:], "%Y%m%d%H%M%S")
        except ValueError as error:
            raise InputError(f"horodate {text!r}: no such day or hour ({error})") from None
        return cls(local, Season(text[0].upper()), text[0].islower())

    def __str__(self) -> str:
        letter = self.season.value.lower() if self.degraded else self.season.value
        return letter + self.local.strftime("%y%m%d%H%M%S")

    def utc(self) -> datetime:
        """The instant in UTC.

        Raises:
            InputError: the season is blank, so the instant is not known to the hour.
        """
        offset = self.season.utc_offset
        if offset is None:
            raise InputError(f"horodate {str(self)!r}: a blank season names no instant")
        return self.local.replace(tzinfo=timezone(offset)).astimezone(UTC)


_STAMPED_BLANK = re.compile(r"[DF]PM[1-3]")


@lru_cache(maxsize=4096)
def timestamp_mark(label: str, text: str) -> TimestampMark | None:
    """The mark of a group's horodate; None where nothing is to be said of it.

    uncertain: 54E §6.2.1.1 gives the blank season to DPMn and FPMn and does not forbid a letter there; nor does it say
    which season a degraded clock shows, that may have lost its date. Both matter to whoever takes an instant from
    the letter.

    Args:
        label: of the group.
        text: thirteen characters; their form was looked at before.

    >>> timestamp_mark("DATE", "H271305120000"), timestamp_mark("DATE", "E270705120000")
    (<TimestampMark.IMPOSSIBLE: 'impossible'>, None)
    """
    try:
        stamp = Timestamp.parse(text)
    except InputError:
        return TimestampMark.IMPOSSIBLE
    of_a_peak = _STAMPED_BLANK.fullmatch(label) is not None
    if stamp.season is Season.BLANK:
        return None if of_a_peak else TimestampMark.IMPOSSIBLE
    instant = stamp.utc()
    is_summer = _change_of(instant.year, 3) <= instant < _change_of(instant.year, 10)
    if is_summer is not (stamp.season is Season.SUMMER):
        return TimestampMark.UNCERTAIN if stamp.degraded else TimestampMark.IMPOSSIBLE
    return TimestampMark.UNCERTAIN if of_a_peak else None


@lru_cache(maxsize=256)
def _change_of(year: int, month: int) -> datetime:
    """When legal time changes in March or October: the last Sunday, 01:00 UTC (directive 2000/84/EC)."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
