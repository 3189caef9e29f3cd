# SPDX-License-Identifier: Apache-2.0
"""Legal time of France: what a Linky's clock shows at an instant, both clock changes included.

Instants are integers, microseconds since 1970-01-01 UTC: sums of them never round.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from xky.protocol import InputError, Season, Timestamp

__all__ = [
    "PARIS", "SECOND_US", "first_from", "horodate", "instant_us", "local_time", "midnight_after", "parse_at",
    "wall_instants",
]  # fmt: skip

PARIS = ZoneInfo("Europe/Paris")
SECOND_US = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SUMMER = timedelta(hours=2)
_TWO_DIGITS = [f"{number:02}" for number in range(60)]


def instant_us(moment: datetime) -> int:
    """Microseconds since the epoch of an aware moment."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def local_time(at_us: int) -> datetime:
    """The moment in legal time, aware."""
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(PARIS)


@lru_cache(maxsize=4096)
def _hour(hours: int, degraded: bool) -> str:
    """Season, date and hour; legal time is whole hours from UTC, so minutes and seconds are the same everywhere."""
    local = local_time(hours * 3600 * SECOND_US)
    season = Season.SUMMER if local.utcoffset() == _SUMMER else Season.WINTER
    return str(Timestamp(local.replace(tzinfo=None), season, degraded))[:-4]


def horodate(at_us: int, *, degraded: bool = False) -> str:
    """The thirteen characters of the instant (54E §6.2.1.1)."""
    hours, seconds = divmod(at_us // SECOND_US, 3600)
    minutes, seconds = divmod(seconds, 60)
    return _hour(hours, degraded) + _TWO_DIGITS[minutes] + _TWO_DIGITS[seconds]


def parse_at(text: str, what: str = "--at") -> int:
    """Instant of a legal time as a person writes it, such as ``2027-01-05T21:55``; an offset may follow.

    ``what`` names the argument or key in complaints.

    Raises:
        InputError: not a date and time of this century, or an hour that the spring change skips.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{what} {text!r}: expected a date and time, write 2027-01-05T21:55") from None
    if not 2000 <= moment.year <= 2099:  # two digits of a horodate (54E §6.2.1.1)
        raise InputError(f"{what} {text!r}: a meter's clock shows the years 2000 to 2099; take one of these")
    if moment.tzinfo is not None:
        return instant_us(moment)
    aware = moment.replace(tzinfo=PARIS)
    if aware.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != moment:
        raise InputError(f"{what} {text!r}: this hour is skipped by the change to summer time; take an hour later")
    return instant_us(aware)


def first_from(from_us: int, text: str, what: str) -> int:
    """Instant of a date and time; of a time of the day alone the first one that is not before ``from_us``.

    Raises:
        InputError: see ``parse_at``.
    """
    try:
        wall = time.fromisoformat(text)
    except ValueError:
        return parse_at(text, what)
    day = local_time(from_us).date()
    at_us = parse_at(datetime.combine(day, wall).isoformat(), what)
    second_us = instant_us(datetime.combine(day, wall, PARIS).replace(fold=1))  # of an hour that comes twice
    if max(at_us, second_us) < from_us:
        return parse_at(datetime.combine(day + timedelta(days=1), wall).isoformat(), what)
    return at_us if at_us >= from_us else second_us


def midnight_after(at_us: int) -> int:
    """The next local midnight strictly after the instant."""
    tomorrow = local_time(at_us).date() + timedelta(days=1)
    return instant_us(datetime.combine(tomorrow, time(), PARIS))


@lru_cache(maxsize=512)
def wall_instants(day: date, walls: tuple[time, ...]) -> tuple[int, ...]:
    """Every instant of a local day at which its clock shows, or jumps over, one of the wall times.

    At the October change a wall time between 2 and 3 comes twice; the change itself belongs to the list,
    so that whatever depends on the wall clock is constant between two neighbours.
    """
    moments = {instant_us(datetime.combine(day, wall, PARIS).replace(fold=fold)) for wall in walls for fold in (0, 1)}
    start, end = (datetime.combine(d, time(), PARIS) for d in (day, day + timedelta(days=1)))
    if start.utcoffset() != end.utcoffset():
        moments.add(instant_us(datetime.combine(day, time(1), UTC)))  # both changes are at 01:00 UTC
    return tuple(sorted(moments))
