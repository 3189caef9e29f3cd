# SPDX-License-Identifier: Apache-2.0
"""The horodate of standard mode: season and thirteen characters, ``SAAMMJJhhmmss`` (54E §6.2.1.1)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

from .errors import InputError

__all__ = ["TIMESTAMP_FORM", "TIMESTAMP_SIZE", "Season", "Timestamp", "is_timestamp"]

TIMESTAMP_SIZE = 13
TIMESTAMP_FORM = re.compile(r"[HEhe ][0-9]{12}")


class Season(StrEnum):
    """Legal time of France in force: winter is UTC+1, summer UTC+2; blank where it does not apply."""

    WINTER = "H"
    SUMMER = "E"
    BLANK = " "  # DPM1-3 and FPM1-3 only

    @property
    def utc_offset(self) -> timedelta | None:
        """Distance to UTC, or None for the blank season."""
        return {"H": timedelta(hours=1), "E": timedelta(hours=2)}.get(self.value)


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
