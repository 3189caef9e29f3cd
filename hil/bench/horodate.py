# SPDX-License-Identifier: Apache-2.0
"""A time that a device says in a form of its own: the horodates that it may stand for.

A horodate names an instant by legal time and a season; a device may say the same instant by any distance to UTC. What
it cannot say is not judged: whether the meter's clock is degraded (a small letter), and, where it gives no distance to
UTC, the season.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import floor, isfinite

from xky.protocol.timestamp import Season

__all__ = ["FORMS", "horodates_of"]

FORMS = ("iso", "unix")
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,12})?(?:[eE]\+?[0-9]{1,2})?")
_LETTERS = "HhEe "


@lru_cache(maxsize=4096)
def horodates_of(text: str, form: str) -> frozenset[str]:
    """Every horodate that a time may be; none where it is no time. A part of a second is left out.

    Args:
        text: as the device says it.
        form: ``iso`` for ISO 8601, local legal time where no distance to UTC is given; ``unix`` for seconds since 1970.

    >>> sorted(horodates_of("2027-01-05T20:55:00Z", "iso"))
    [' 270105215500', ' 270105225500', 'E270105225500', 'H270105215500', 'e270105225500', 'h270105215500']
    """
    try:
        told = _seconds(text) if form == "unix" else datetime.fromisoformat(text.strip())
        if told.tzinfo is None:
            return frozenset(_written(told, _LETTERS))
        found: list[str] = []
        for season in (Season.WINTER, Season.SUMMER):
            offset = season.utc_offset
            assert offset is not None
            local = (told.astimezone(UTC) + offset).replace(tzinfo=None)
            found += _written(local, f"{season.value}{season.value.lower()} ")
        return frozenset(found)
    except (ValueError, OverflowError):
        return frozenset()


def _seconds(text: str) -> datetime:
    if not _SECONDS.fullmatch(text):
        raise ValueError
    seconds = float(text)
    if not isfinite(seconds):
        raise ValueError
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=floor(seconds))


def _written(local: datetime, letters: str) -> list[str]:
    if not 2000 <= local.year < 2100:  # of the year, a horodate has two digits (54E §6.2.1.1)
        return []
    digits = local.strftime("%y%m%d%H%M%S")
    return [letter + digits for letter in letters]
