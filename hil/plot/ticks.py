# SPDX-License-Identifier: Apache-2.0
"""Ticks of the time axis: where they stand, and labels that do not run into each other."""

from collections.abc import Set
from datetime import date, datetime

from xky.emulator.legal_time import SECOND_US, local_time

from .sheet import width_in
from .time_axis import DAY_S, HOUR_S, TimeAxis, spoken

__all__ = ["ticks"]

_MONTH_S = 30 * DAY_S  # as far as the width goes; months begin on their first days
_STEPS_S = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800),
    *(HOUR_S * hours for hours in (1, 2, 3, 6, 12)),
    *(DAY_S * days for days in (1, 2, 7, 14)),
    *(_MONTH_S * months for months in (1, 2, 3, 6, 12)),
)


def ticks(time: TimeAxis) -> list[tuple[float, str]]:
    """Place and label of each tick; a label is empty where it would run into another."""
    step_s = next((step_s for step_s in _STEPS_S if time.inches(step_s) >= _apart_in(step_s, time)), _STEPS_S[-1])
    starts_us = {window.start_us for window in time.windows if time.is_cut}
    labels = _labels(step_s, starts_us, time)
    taken_in: tuple[list[tuple[float, float]], ...] = ([], [])
    placed = []
    for at_us in sorted(labels, key=lambda at_us: (at_us not in starts_us, at_us)):
        x, text = time.x(at_us), ""
        half_in = width_in(labels[at_us]) / 2 + 0.02
        left_in, right_in = time.inches(x) - half_in, time.inches(x) + half_in
        # The start of a window is told, further down if need be
        for row, taken in enumerate(taken_in if at_us in starts_us else taken_in[:1]):
            if all(right_in <= left or right <= left_in for left, right in taken):
                taken.append((left_in, right_in))
                text = "\n\n" * row + labels[at_us]
                break
        placed.append((x, text))
    return sorted(placed)


def _apart_in(step_s: int, time: TimeAxis) -> float:
    """How far apart the labels of a step need to stand: some tell seconds, some a date below the time."""
    if step_s < 60:
        return 0.62
    return 0.56 if HOUR_S <= step_s < DAY_S and not time.one_day else 0.5


def _labels(step_s: int, starts_us: Set[int], time: TimeAxis) -> dict[int, str]:
    """By instant, in order."""
    # So little before the first frame a tick is drawn at the edge
    slack_us = 0 if time.is_cut else round(min(time.end / 300, 2.0) * SECOND_US)
    grid_us = (at_us for window in time.windows for at_us in window.multiples_us(min(step_s, HOUR_S), slack_us))
    labels, day = {}, None
    for at_us in sorted({*starts_us, *(at_us for at_us in grid_us if _is_tick(local_time(at_us), step_s))}):
        local = local_time(at_us)
        labels[at_us] = _label(local, step_s, time, day)
        day = local.date()
    return labels


def _is_tick(local: datetime, step_s: int) -> bool:
    """Whether a step of ticks has this one. Hours and more are those of the wall clock, weeks begin on Mondays."""
    if step_s < DAY_S:
        return (local.hour * HOUR_S + local.minute * 60 + local.second) % step_s == 0
    if step_s < _MONTH_S:
        return local.hour == 0 and local.toordinal() % (step_s // DAY_S) == 1 % (step_s // DAY_S)
    return local.hour == 0 and local.day == 1 and (local.month - 1) % (step_s // _MONTH_S) == 0


def _label(local: datetime, step_s: int, time: TimeAxis, day_before: date | None) -> str:
    if time.is_cut:
        return f"{local:%H:%M}\n{local.day} {local:%b}"
    if step_s >= DAY_S:
        return f"{local.day} {local:%b}" if step_s < _MONTH_S else f"{local:%b}\n{local.year}"
    text = f"{local:%H:%M:%S}" if step_s < 60 else f"{local:%H:%M}"
    if local.date() in time.change_days:
        text += f"\n{local:%Z}"
    return text if time.one_day or local.date() == day_before else f"{text}\n{spoken(local)}"
