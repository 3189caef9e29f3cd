# SPDX-License-Identifier: Apache-2.0
"""Reads an export of the distributor: which points can be counted on, and what is wrong with the others.

Nothing is repaired in silence. A point that comes twice with one value counts once, with two values not at all; a
point off the grid of its step, one without a value and one whose hour is not told are not counted.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path

from xky.emulator.legal_time import local_time
from xky.protocol import InputError

from .curve import MINUTE_US, Curve, DayPoints, Finding, Point, day_bounds_us, shown_times
from .rows import Row, Rows, read_rows
from .steps import steps_of

__all__ = ["read_curve"]

_GRID_US = 5 * MINUTE_US  # all steps are multiples of it


def read_curve(path: Path, until_us: int | None = None) -> Curve:
    """The curve in a file.

    Args:
        path: of a CSV export, or of JSON as the metering interface gives it.
        until_us: no point is due behind it; None: each day from the first point to the last one is whole.

    Raises:
        InputError: it cannot be read, is no export, or has no point that can be counted on.
    """
    found = read_rows(path)
    by_end: dict[int, list[Row]] = defaultdict(list)
    for row in found.rows:
        by_end[row.end_us].append(row)
    instants_us = sorted(end_us for end_us in by_end if end_us % _GRID_US == 0)
    told_min = {end_us: rows[0].step_min for end_us, rows in by_end.items() if rows[0].step_min}
    steps_min = steps_of(instants_us, told_min, found.step_min)
    off_us = sorted(end_us for end_us in by_end if end_us % _GRID_US or end_us % ((steps_min[end_us] or 5) * MINUTE_US))
    points, overlapping = _points(by_end, steps_min, set(off_us))
    if not points:
        why = f"; all end off the grid of their step, such as {shown_times(off_us[:1])}" if off_us else ""
        raise InputError(f"{path}: has no point that counts{why}; give an export of days that the meter has told of")
    unsure_us = [end_us for end_us, step_min in steps_min.items() if step_min is None]
    days = list(_days(points, unsure_us, until_us))
    findings = [*found.findings, *_of_file(found, points)]
    by_day = [
        *_by_day("shifted", "off the grid of its step; not counted", off_us),
        *_by_day("doubled", "overlapping the one before; not counted", overlapping),
        *_by_day(
            "ambiguous",
            "between two steps, and nothing tells which it has; not counted",
            unsure_us,
        ),
        *_rows_told(by_end),
        *_missing(days, by_end.keys()),
    ]
    findings += sorted(by_day, key=lambda one: one.day or date.min)
    return Curve(str(path), points, findings, days, found.measured, found.prm)


def _points(
    by_end: Mapping[int, Sequence[Row]], steps_min: Mapping[int, int | None], off_us: set[int]
) -> tuple[list[Point], list[int]]:
    """Those that count, and the ends of those that overlap the one before."""
    points: list[Point] = []
    overlapping = []
    for end_us, step_min in steps_min.items():
        values = {row.average_w for row in by_end[end_us] if row.average_w is not None}
        if step_min is None or len(values) != 1 or end_us in off_us or any(row.ambiguous for row in by_end[end_us]):
            continue
        point = Point(end_us, step_min, values.pop())
        if points and point.start_us < points[-1].end_us:
            overlapping.append(end_us)
        else:
            points.append(point)
    return points, overlapping


def _days(points: Sequence[Point], unsure_us: Sequence[int], until_us: int | None) -> Iterator[DayPoints]:
    """From the first local day with a point to the last one; a gap has the step of the point behind it.

    What lies before a point whose step nothing tells (``unsure_us``, rising) counts as one point that is not there.
    """
    of_day: dict[date, list[Point]] = {}
    for point in points:
        of_day.setdefault(_day_of(point.start_us), []).append(point)
    first, last = _day_of(points[0].start_us), _day_of(points[-1].start_us)
    step_min = points[0].step_min
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        reached_us, to_us = day_bounds_us(day)
        if until_us is not None:
            to_us = max(min(to_us, until_us), reached_us)
        missing: list[int] = []
        here = of_day.get(day, [])
        for start_us, end_us, step in [*((one.start_us, one.end_us, one.step_min) for one in here), (to_us, to_us, 0)]:
            step_min = step or step_min
            for unsure in unsure_us:
                if reached_us < unsure <= start_us:
                    missing.append(unsure)
                    reached_us = unsure
            missing += _ends_between(reached_us, start_us, step_min)
            reached_us = end_us
        yield DayPoints(day, len(here), len(here) + len(missing), tuple(missing))


def _ends_between(from_us: int, to_us: int, step_min: int) -> range:
    """Ends of the intervals of a step in a stretch that no point covers."""
    step_us = step_min * MINUTE_US
    return range(from_us // step_us * step_us + step_us, to_us // step_us * step_us + 1, step_us)


def _day_of(at_us: int) -> date:
    return local_time(at_us).date()


def _of_file(found: Rows, points: Sequence[Point]) -> Iterator[Finding]:
    """What is to be known of the whole file."""
    ends_us = [row.end_us for row in found.rows]
    if any(left > right for left, right in pairwise(ends_us)):
        yield Finding("rows are out of order; read by their stamps", "order")
    steps = [step for step, _ in groupby(point.step_min for point in points)]
    if len(steps) > 1:
        yield Finding(
            f"steps change: {', '.join(map(str, steps[:6]))}{' …' if len(steps) > 6 else ''} minutes", "steps"
        )
    first, last = points[0], points[-1]
    if found.first_day is not None and _day_of(first.start_us) > found.first_day:
        yield Finding(
            f"no point before {_day_of(first.start_us)}, though it is said to begin {found.first_day}", "missing"
        )
    if found.last_day is not None and last.end_us < day_bounds_us(found.last_day)[0] - 24 * 60 * MINUTE_US:
        yield Finding(f"no point after {_day_of(last.start_us)}, though it is said to end {found.last_day}", "missing")
    if found.first_day is None or found.last_day is None:
        return
    begins_us, ends_us_ = day_bounds_us(found.first_day)[0], day_bounds_us(found.last_day)[0]
    if first.end_us == begins_us and last.end_us == ends_us_ - last.step_min * MINUTE_US:
        yield Finding(
            "stamps look like beginnings of intervals: the first is the midnight that its days begin with, and none is "
            "that they end with; read as ends, which the distributor promises",
            "shifted",
        )


def _rows_told(by_end: Mapping[int, Sequence[Row]]) -> Iterator[Finding]:
    kinds: dict[str, list[int]] = defaultdict(list)
    for end_us in sorted(by_end):
        rows = by_end[end_us]
        values = {row.average_w for row in rows if row.average_w is not None}
        if any(row.ambiguous for row in rows):
            kinds["ambiguous"].append(end_us)
        elif len(values) > 1:
            kinds["contradictory"].append(end_us)
        elif len(rows) > 1:
            kinds["doubled"].append(end_us)
        if not values:
            kinds["empty"].append(end_us)
    yield from _by_day(
        "ambiguous", "of an hour that comes twice, and nothing tells which it is; not counted", kinds["ambiguous"]
    )
    yield from _by_day("doubled", "there more than once with different values; not counted", kinds["contradictory"])
    yield from _by_day("doubled", "there more than once; counted once", kinds["doubled"])
    yield from _by_day("empty", "without a value", kinds["empty"])


def _by_day(kind: str, text: str, ends_us: Sequence[int]) -> Iterator[Finding]:
    for day, of_day in groupby(sorted(ends_us), key=lambda at_us: _day_of(at_us - 1)):
        instants_us = list(of_day)
        noun = "point is" if len(instants_us) == 1 else "points are"
        yield Finding(f"{day}: {len(instants_us)} {noun} {text}: {shown_times(instants_us)}", kind, day)


def _missing(days: Sequence[DayPoints], told: Set[int]) -> Iterator[Finding]:
    """Of intervals that no row is there of; what is wrong with the rows that are is told already."""
    for one in days:
        missing_us = [end_us for end_us in one.missing_us if end_us not in told]
        if missing_us:
            text = f"{one.day}: {one.points} of {one.due} points; missing: {shown_times(missing_us)}"
            yield Finding(text, "missing", one.day)
