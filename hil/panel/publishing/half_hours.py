# SPDX-License-Identifier: Apache-2.0
"""The half hours of a home, from the readings that arrived: what the panel knows, not what the meter knew.

The index at each end of a half hour lies on the line between the last reading before it and the first behind it, both
of them near. One day's readings stand in memory at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xky.emulator.legal_time import PARIS, instant_us, local_time, midnight_after
from xky.protocol import InputError

from ..layout import ARRIVED_US, READINGS
from ..rollover import unrolled

__all__ = ["DAY_SLOTS", "HALF_HOUR_US", "HalfHours", "half_hours_of", "half_hours_of_readings"]

HALF_HOUR_US = 1_800_000_000
DAY_SLOTS = 48  # of a day's clock; of one with a clock change two come twice, or never
_NEAR_US = 600_000_000  # ten minutes: two periods of the slowest board of the family
_WIDTH = 5  # readings of which the middle one counts, so that one wrong or late index tells nothing
_CONSUMED = ("EAST",)
_HISTORIC = (
    "BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR",
)  # fmt: skip
_INJECTED = ("EAIT",)

Array = npt.NDArray[Any]
_Both = tuple[tuple[Array, Array], tuple[Array, Array]]  # instants and index, of energy drawn and injected


@dataclass(frozen=True, slots=True)
class HalfHours:
    """Those of a local day, in order.

    Attributes:
        starts_us: when each begins, µs since 1970-01-01 UTC.
        slots: its place on the clock, 0 from 00:00 to 47 from 23:30.
        consumed_wh: energy drawn, NaN where readings tell none.
        injected_wh: energy injected; 0 where the home never said any.
    """

    day: date
    starts_us: Array
    slots: Array
    consumed_wh: Array
    injected_wh: Array


class _Ends:
    """The index at the ends of half hours, as days pass."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    def at(self, ends_us: Array, times_us: Array, values: Array, after: tuple[float, float] | None) -> Array:
        times, numbers = times_us.astype(float), values.astype(float)
        if self._last is not None:
            times, numbers = np.insert(times, 0, self._last[0]), np.insert(numbers, 0, self._last[1])
        if after is not None:
            times, numbers = np.append(times, after[0]), np.append(numbers, after[1])
        numbers = unrolled(numbers)
        if len(times_us):
            self._last = float(times_us[-1]), float(values[-1])
        if not len(times):
            return np.full(len(ends_us), np.nan)
        place = np.searchsorted(times, ends_us)
        before, behind = np.clip(place - 1, 0, len(times) - 1), np.clip(place, 0, len(times) - 1)
        near_before = np.abs(ends_us - times[before]) <= _NEAR_US
        near_behind = np.abs(times[behind] - ends_us) <= _NEAR_US
        between = np.interp(ends_us, times, numbers)
        one = np.where(near_before, numbers[before], np.where(near_behind, numbers[behind], np.nan))
        return np.where(near_before & near_behind, between, one)


def half_hours_of(home: Path) -> Iterator[HalfHours]:
    """Each day of a home.

    Args:
        home: its folder.

    Raises:
        InputError: a file cannot be read, or pyarrow is missing.
    """
    days = sorted(path for path in (home / "days").glob("*") if path.is_dir())
    return _half_hours((_day_of(folder), _read(folder)) for folder in days)


def half_hours_of_readings(at_us: Array, drawn: Sequence[Array], injected: Sequence[Array]) -> Iterator[HalfHours]:
    """Each day of a home whose readings stand in memory, from its first to its last.

    Args:
        at_us: when they were, rising.
        drawn: registers whose sum is the energy drawn; NaN where one was not said.
        injected: likewise.
    """
    both = _index(at_us, [*drawn]), _index(at_us, [*injected])
    day, last = local_time(int(at_us[0])).date(), local_time(int(at_us[-1])).date()

    def of_day(day: date) -> _Both:
        from_us = instant_us(datetime.combine(day, time(), PARIS))
        parts = []
        for times_us, values in both:
            rows = slice(*np.searchsorted(times_us, (from_us, midnight_after(from_us))))
            parts.append((times_us[rows], values[rows]))
        return parts[0], parts[1]

    days = (day + timedelta(days=number) for number in range((last - day).days + 1))
    return _half_hours((one, of_day(one)) for one in days)


def _half_hours(days: Iterator[tuple[date, _Both]]) -> Iterator[HalfHours]:
    """Of days that follow each other; the next is looked at, too."""
    consumed, injected = _Ends(), _Ends()
    following = next(days, None)
    while following is not None:
        (day, now), following = following, next(days, None)
        ahead = None if following is None else following[1]
        start_us = instant_us(datetime.combine(day, time(), PARIS))
        end_us = midnight_after(start_us)
        ends = np.arange(start_us, end_us + 1, HALF_HOUR_US, dtype=np.int64)
        drawn = np.diff(consumed.at(ends, *now[0], _first(ahead, 0)))
        given = np.diff(injected.at(ends, *now[1], _first(ahead, 1)))
        drawn[drawn < 0] = np.nan  # another meter
        given[given < 0] = np.nan
        if not len(now[1][0]):
            given = np.zeros_like(drawn)
        clock = [local_time(int(at)) for at in ends[:-1]]
        slots = np.array([each.hour * 2 + each.minute // 30 for each in clock], dtype=np.int64)
        yield HalfHours(day, ends[:-1], slots, drawn, given)


def _first(day: _Both | None, which: int) -> tuple[float, float] | None:
    if day is None or not len(day[which][0]):
        return None
    return float(day[which][0][0]), float(day[which][1][0])


def _day_of(folder: Path) -> date:
    try:
        return date.fromisoformat(folder.name)
    except ValueError:
        raise InputError(f"{folder}: is no day; expected a name as 2026-01-15") from None


def _read(folder: Path) -> _Both:
    """Instants and index, drawn and injected."""
    path = folder / READINGS
    try:
        from pyarrow import ArrowException, parquet  # type: ignore[import-untyped]
    except ImportError:
        raise InputError("xky panel publish: needs pyarrow; install it with: pip install 'xky-hil[parquet]'") from None
    try:
        file = parquet.ParquetFile(path)
        there = set(file.schema_arrow.names)
        labels = _CONSUMED if there.issuperset(_CONSUMED) else tuple(name for name in _HISTORIC if name in there)
        more = tuple(name for name in _INJECTED if name in there)
        table = file.read([ARRIVED_US, *labels, *more])
        columns = {name: table[name].to_numpy().astype(float) for name in (ARRIVED_US, *labels, *more)}
    except (OSError, ArrowException, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({type(error).__name__}); run the panel anew") from None
    arrived_us = columns[ARRIVED_US]  # whatever its board's clock says
    order = np.argsort(arrived_us, kind="stable")
    for name in (*labels, *more):
        column = columns[name][order]
        column[column < 0] = np.nan  # said, and no number
        columns[name] = column
    drawn, given = ([columns[name] for name in names] for names in (labels, more))
    return _index(arrived_us[order], drawn), _index(arrived_us[order], given)


def _index(times_us: Array, columns: list[Array]) -> tuple[Array, Array]:
    """The sum of registers, from where each that is said at all has been said."""
    said = [column for column in columns if not np.isnan(column).all()]
    if not said:
        return np.empty(0), np.empty(0)
    total = np.zeros(len(times_us))
    told = np.zeros(len(times_us), dtype=bool)
    for column in said:
        known = ~np.isnan(column)
        told |= known
        place = np.maximum.accumulate(np.where(known, np.arange(len(column)), -1))
        total += np.where(place >= 0, column[np.maximum(place, 0)], np.nan)
    kept = told & ~np.isnan(total)
    return times_us[kept], _steady(unrolled(total[kept]))


def _steady(values: Array) -> Array:
    """Each by the middle of those around it: an index only grows, so nothing changes where all are right."""
    if len(values) < _WIDTH:
        return values
    half = _WIDTH // 2
    padded = np.concatenate([np.repeat(values[:1], half), values, np.repeat(values[-1:], half)])
    middle: Array = np.median(np.lib.stride_tricks.sliding_window_view(padded, _WIDTH), axis=1)
    return middle
