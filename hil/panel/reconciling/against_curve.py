# SPDX-License-Identifier: Apache-2.0
"""Energies by the readings against the distributor's curve: each interval, and the day in sum; each with its bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from xky.emulator.legal_time import local_time

from ..distributor import Curve, DayPoints, Point
from ..distributor.curve import MINUTE_US, day_bounds_us
from .columns import Floats, Instants, Truths
from .index_series import IndexSeries, Marks, sum_at
from .results import Energy

__all__ = ["against_curve", "shift_of"]

_SLACK_WH = 1e-6  # of sums of floats
_LAGS_MIN = (60, 120, 30, 15, 10)  # hours of time zones, and a step
_FEW, _MOST = 0.8, 0.95  # shares of the points that agree where they are shifted, and where they are not
_LEAST_POINTS = 8


@dataclass(frozen=True, slots=True)
class _Compared:
    """Points that readings tell of: energies by the curve, by the readings, and how far they may be apart."""

    start_us: Instants
    end_us: Instants
    curve_wh: Floats
    readings_wh: Floats
    spread_wh: Floats
    rounded_wh: Floats
    known: Truths


def against_curve(curve: Curve, days: Sequence[DayPoints], series: Sequence[IndexSeries], what: str) -> list[Energy]:
    """The energies of some days; of a day with gaps, that of the intervals that both know.

    Args:
        curve: of the distributor.
        days: of the curve.
        series: indexes whose sum it is.
        what: ``consumption`` or ``injection``.
    """
    found = []
    for day in days:
        points = list(curve.within(*day_bounds_us(day.day)))
        if not points:
            continue
        one = _compared(points, lambda instants_us: sum_at(series, instants_us), 0)
        if one.known.any():
            found.append(_energy(one, day, what, series))
    return found


def shift_of(curve: Curve, series: Sequence[IndexSeries]) -> int:
    """By how many minutes the curve fits the readings better; 0 where it fits as it is, or nothing fits.

    Positive: the curve's stamps are later than those of the readings.
    """
    shares = {0: _agreeing(curve, series, 0)}
    if shares[0] is None or shares[0] >= _FEW:
        return 0
    for minutes in (sign * lag for lag in _LAGS_MIN for sign in (1, -1)):
        share = _agreeing(curve, series, minutes)
        if share is not None and share >= _MOST:
            return minutes
    return 0


def _agreeing(curve: Curve, series: Sequence[IndexSeries], minutes: int) -> float | None:
    one = _compared(curve.points, lambda instants_us: sum_at(series, instants_us), minutes * MINUTE_US)
    if one.known.sum() < _LEAST_POINTS:
        return None
    return float(_within(one)[one.known].mean())


def _compared(points: Sequence[Point], marks_at: Callable[[Instants], Marks], lag_us: int) -> _Compared:
    start_us = np.array([one.start_us for one in points], np.int64) - lag_us
    end_us = np.array([one.end_us for one in points], np.int64) - lag_us
    curve_wh = np.array([float(one.energy_wh) for one in points])
    rounded_wh = np.array([float(one.bound_wh) for one in points])
    left, right = marks_at(start_us), marks_at(end_us)
    readings_wh = right.about_wh - left.about_wh
    return _Compared(
        start_us, end_us, curve_wh, readings_wh, _spread(left, right), rounded_wh, ~np.isnan(readings_wh)
    )  # fmt: skip


def _spread(left: Marks, right: Marks) -> Floats:
    """How far the true energy between two instants may be from the one about."""
    about = right.about_wh - left.about_wh
    over, under = right.most_wh - left.least_wh - about, about - (right.least_wh - left.most_wh)
    return np.maximum(over, under)


def _within(one: _Compared) -> Truths:
    apart = np.abs(one.curve_wh - one.readings_wh)
    return np.asarray(apart <= one.spread_wh + one.rounded_wh + _SLACK_WH)


def _energy(one: _Compared, day: DayPoints, what: str, series: Sequence[IndexSeries]) -> Energy:
    bound_wh = float(one.rounded_wh[one.known].sum())
    known = np.flatnonzero(one.known)
    breaks = np.flatnonzero(one.start_us[known][1:] != one.end_us[known][:-1]) + 1
    for run in np.split(known, breaks):  # in between all is told by both: only its two ends are unsure
        ends_us = np.array([one.start_us[run[0]], one.end_us[run[-1]]], np.int64)
        marks = sum_at(series, ends_us)
        left, right = (Marks(*(column[place : place + 1] for column in _columns(marks))) for place in (0, 1))
        bound_wh += float(_spread(left, right)[0])
    beyond = [
        (int(one.end_us[place]), _told(one, place)) for place in np.flatnonzero(one.known & ~_within(one)).tolist()
    ]
    return Energy(
        "distributor", what, day.day, float(one.readings_wh[known].sum()), float(one.curve_wh[known].sum()),
        bound_wh + _SLACK_WH, len(known), day.due, beyond,
    )  # fmt: skip


def _columns(marks: Marks) -> tuple[Floats, Floats, Floats]:
    return marks.least_wh, marks.most_wh, marks.about_wh


def _told(one: _Compared, place: int) -> str:
    bound_wh = one.spread_wh[place] + one.rounded_wh[place]
    return (
        f"{local_time(int(one.end_us[place])):%H:%M}: {one.curve_wh[place]:.1f} Wh by the distributor, "
        f"{one.readings_wh[place]:.1f} by the readings, bound {bound_wh:.1f}"
    )
