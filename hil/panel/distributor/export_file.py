# SPDX-License-Identifier: Apache-2.0
"""Writes the curve of a home as the distributor exports it: head, ends of intervals with offset, average watts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from random import Random

from xky.emulator.legal_time import SECOND_US, local_time
from xky.protocol.whole_file import whole_file

from .form import LEAST_RUN, STEPS_MIN, Form

__all__ = ["HEAD", "HEADER", "MARK", "STEP", "Interval", "Measured", "export"]

MINUTE_US = 60 * SECOND_US
HOUR_MIN = 60
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
HEAD = (
    "Identifiant PRM", "Type de donnees", "Date de debut", "Date de fin", "Grandeur physique", "Grandeur metier",
    "Etape metier", "Unite",
)  # fmt: skip
STEP = "Pas en minutes"
HEADER = ("Horodate", "Valeur")


class Measured(StrEnum):
    """What an export is of; ``Grandeur metier`` of its head."""

    CONSUMPTION = "Consommation"
    INJECTION = "Production"  # assumption: no file of a producer was seen


@dataclass(frozen=True, slots=True)
class Interval:
    """What a meter counted from one instant to another.

    Attributes:
        start_us: beginning, µs since 1970-01-01 UTC.
        end_us: end; on a whole multiple of the interval's length, as legal time is whole hours from UTC.
        energy_wh: exact energy in between: whole, a fraction, or a float.
    """

    start_us: int
    end_us: int
    energy_wh: int | float | Fraction


def export(
    path: Path,
    intervals: Sequence[Interval],
    *,
    prm: str,
    measured: Measured = Measured.CONSUMPTION,
    form: Form | None = None,
) -> None:
    """Write the export of one home, whole or not at all.

    The intervals last 5, 10, 15, 30 or 60 minutes, all alike and in order; 5 or 10 are best, since they are put
    together to the steps of the form. A step that they cannot be put together to becomes the next longer one that they
    can; a file of few hours has one step only. A point whose interval they do not fill is left out. The same arguments
    give the same bytes.

    Args:
        path: of the file; its folder is there.
        intervals: what the meter counted; in legal time any day has as many as it has by its offsets.
        prm: fourteen digits of the delivery point.
        measured: what it is of.
        form: of the file, such as ``drawn_form`` gives; half hours without a gap unless told.

    Raises:
        OSError: the folder cannot be written to.
        ValueError: there is no interval, or they are no even steps.
    """
    form = form or Form()
    base_min = _base_min(intervals)
    points = list(_points(intervals, base_min, form))
    lines = [";".join(HEAD), ";".join(_head(intervals, prm, measured))]
    if form.step_told:
        steps = {step_min for _, step_min, _ in points}
        lines = [f"{lines[0]};{STEP}", f"{lines[1]};{steps.pop() if len(steps) == 1 else ''}"]
    if form.empty_line:
        lines.append("")
    lines.append(";".join(HEADER))
    lines += _rows(points, form)
    text = (MARK if form.byte_order_mark else "") + "".join(f"{line}\n" for line in lines)
    with whole_file(path) as partial:
        partial.write_bytes(text.encode())


def _base_min(intervals: Sequence[Interval]) -> int:
    if not intervals:
        raise ValueError("a curve of no interval cannot be exported")
    lengths_us = {one.end_us - one.start_us for one in intervals}
    base_min, rest = divmod(max(lengths_us), MINUTE_US)
    if len(lengths_us) > 1 or rest or base_min < 1 or HOUR_MIN % base_min:
        raise ValueError(f"intervals of {sorted(lengths_us)} µs: all have to last the same part of an hour")
    return base_min


def _points(intervals: Sequence[Interval], base_min: int, form: Form) -> Iterator[tuple[int, int, int]]:
    """End, step and average watts of each point that the intervals fill."""
    exact_wh = {one.end_us: Fraction(one.energy_wh) for one in intervals}
    first_us, last_us = intervals[0].start_us, intervals[-1].end_us
    hours = -(-(last_us - first_us) // (HOUR_MIN * MINUTE_US))
    steps_min = form.steps_min if hours > LEAST_RUN * len(form.steps_min) else form.steps_min[:1]
    parts = len(steps_min)
    part_us = -(-hours // parts) * HOUR_MIN * MINUTE_US  # a step changes at a whole hour
    begin_us = first_us // (HOUR_MIN * MINUTE_US) * HOUR_MIN * MINUTE_US
    for part, told_min in enumerate(steps_min):
        step_min = _possible(told_min, base_min)
        step_us = step_min * MINUTE_US
        end_us = min(begin_us + part_us, last_us) if part < parts - 1 else last_us
        for at_us in range(begin_us + step_us, end_us + 1, step_us):
            ends_us = range(at_us - step_us + base_min * MINUTE_US, at_us + 1, base_min * MINUTE_US)
            if all(one in exact_wh for one in ends_us):
                average_w = sum(exact_wh[one] for one in ends_us) * HOUR_MIN / step_min
                yield at_us, step_min, int(average_w + Fraction(1, 2))  # to the nearest; half up is an assumption
        begin_us = end_us


def _possible(step_min: int, base_min: int) -> int:
    """The step, or the next one that is made of whole intervals."""
    return next(one for one in STEPS_MIN if one >= step_min and one % base_min == 0)


def _head(intervals: Sequence[Interval], prm: str, measured: Measured) -> tuple[str, ...]:
    """Its second line: the last day is the one after the last that is told of."""
    first = local_time(intervals[0].start_us).date()
    last = local_time(intervals[-1].end_us - 1).date() + timedelta(days=1)
    told = tuple(f"{day:%d/%m/%Y}" for day in (first, last))
    return (prm, "Courbe de charge", *told, "Energie active", measured.value, "Comptage Brut", "W")


def _rows(points: Sequence[tuple[int, int, int]], form: Form) -> list[str]:
    chance = Random(form.draw)
    days: dict[date, list[str]] = {}
    for end_us, step_min, average_w in points:
        left_out, left_empty = chance.random() < form.missing, chance.random() < form.empty
        if not left_out:
            local = local_time(end_us)
            row = f"{local.isoformat()};{'' if left_empty else average_w}"
            days.setdefault(local_time(end_us - step_min * MINUTE_US).date(), []).append(row)
    portions = list(days.values())
    if form.order == "days":
        chance.shuffle(portions)
    rows = [row for portion in portions for row in portion]
    return rows[::-1] if form.order == "falling" else rows
