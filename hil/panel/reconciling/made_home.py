# SPDX-License-Identifier: Apache-2.0
"""A home that a run made: day by day, what arrived against what the meter said and what was due."""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from xky.boards import Board
from xky.hil.bench.limits import limits_for
from xky.protocol import InputError

from ..board_files import board_in
from ..distributor import Curve, read_curve
from ..distributor.curve import Point
from ..layout import (
    ARRIVED_US,
    CONSUMPTION,
    DISTRIBUTOR,
    DUP,
    END_US,
    HOME,
    INJECTION,
    MESSAGE,
    PROBE,
    SOURCE,
    STAMP_US,
    START_US,
)
from .against_curve import against_curve, shift_of
from .against_meter import against_meter, index_places, total_series, with_midnights
from .columns import Floats, coded, instants, label_columns, numbered, sent_as
from .day_arrays import Frames, Messages
from .day_under_way import DayUnderWay
from .matching import matched
from .portion import Event, Midnights, Portion, read_midnights, read_portion
from .results import DayFound, Energy, HomeFound

__all__ = ["reconcile_made_home"]

_MICRO = 1_000_000
_FRAME_S = 2.0  # period of frames where a day has none
_GAP_S = 0.1  # and more between two frames than the meter leaves
_OTHERS = (START_US, END_US, ARRIVED_US, PROBE, SOURCE, STAMP_US, MESSAGE, DUP)
_EXPORTS = {"consumption": CONSUMPTION, "injection": INJECTION}
_SHOWN = 5
_CURVE_US = 6 * 3600 * _MICRO  # in any run of that length enough intervals of the longest step follow each other


def reconcile_made_home(folder: Path, servers: Sequence[Event]) -> HomeFound:
    """What there is to find of a home.

    Args:
        folder: of the home; it is done.
        servers: what befell the panel's servers.

    Raises:
        InputError: a file of it is missing or wrong.
    """
    days = sorted(path for path in (folder / "days").glob("*") if path.is_dir())
    if not days:
        raise InputError(f"{folder / 'days'}: has no day; run the panel again")
    home = _MadeHome(folder, servers, *(read_midnights(day) for day in (days[0], days[-1])))
    for path in days:
        home.take(read_portion(path))
    return home.end()


@lru_cache(64)
def _board(panel: Path, name: str) -> Board:
    return board_in(panel, name)


class _MadeHome:
    def __init__(self, folder: Path, servers: Sequence[Event], first: Midnights, last: Midnights) -> None:
        told = _told(folder / HOME)
        self._folder, self._servers = folder, servers
        self._from_us, self._until_us = first.from_us, last.to_us
        self.found = HomeFound(folder.name, board=str(told.get("board", "")))
        self._board = _board(folder.parents[1], self.found.board)
        self._ways = [str(one) for one in told.get("uplinks", ())]
        self._labels: list[str] = []
        self._steps = _steps_of(self._board)
        self._curves = {what: self._curve(what) for what in _EXPORTS}
        self._before: DayUnderWay | None = None

    def _curve(self, what: str) -> Curve | None:
        path = self._folder / DISTRIBUTOR / _EXPORTS[what]
        if not path.exists():
            if what == "consumption":
                self._note_no_curve(f"{path.name}: is not there; energies are held against the meter alone")
            return None
        try:
            curve = read_curve(path, self._until_us)
        except InputError as error:
            self._note_no_curve(str(error))
            return None
        self.found.remarks += [f"{path.name}: {one.text}" for one in curve.findings]
        return curve

    def _note_no_curve(self, text: str) -> None:
        """That there is none; a run too short for a single interval has none."""
        self.found.remarks.append(text)
        self.found.complete &= self._until_us - self._from_us < _CURVE_US

    def take(self, portion: Portion) -> None:
        """The next day."""
        for table in (portion.frames, portion.readings):
            self._labels += [one for one in label_columns(table, _OTHERS) if one not in self._labels]
        events = [*portion.events, *self._servers]
        fresh_us = self._fresh_us(portion.frames)
        day = DayUnderWay(portion, self._before, events, self._ways)
        said_frames, said = coded([day.frames, portion.readings], self._labels)
        heard = Frames(instants(day.frames, END_US), said_frames)
        messages = _messages(portion.readings, said)
        steps = np.array([self._steps.get(label, 0.0) for label in self._labels])
        what = matched(day.due, heard, messages, fresh_us, steps)
        self._note_wrong(day.found, what.wrong_labels)
        day.learn(what, messages)
        if self._before is not None:
            self.found.days.append(self._before.over())
        day.found.energies = self._energies(portion, day, heard, messages, what, fresh_us)
        self._before = day

    def end(self) -> HomeFound:
        """All days are there."""
        if self._before is not None:
            self.found.days.append(self._before.over())
        return self.found

    def _fresh_us(self, frames: Any) -> int:
        lasted_us = instants(frames, END_US) - instants(frames, START_US)
        period_s = float(lasted_us.max()) / _MICRO + _GAP_S if len(lasted_us) else _FRAME_S
        return round(limits_for(self._board, period_s).freshness_s * _MICRO)

    def _note_wrong(self, day: DayFound, labels: Mapping[int, int]) -> None:
        if labels:
            often = sorted(labels.items(), key=lambda one: (-one[1], one[0]))
            named = ", ".join(f"{self._labels[place]} ({number})" for place, number in often[:_SHOWN])
            self.found.remarks.append(f"{day.day}: wrong values of {named}{' …' if len(often) > _SHOWN else ''}")

    def _note_untold(self, name: str, is_due: bool) -> None:
        """That an energy cannot be compared, once."""
        text = f"{name}: its readings do not say all indexes that it is the sum of; its energy is not compared"
        if is_due and text not in self.found.remarks:
            self.found.remarks.append(text)

    def _energies(
        self, portion: Portion, day: DayUnderWay, heard: Frames, messages: Messages, what: Any, fresh_us: int
    ) -> list[Energy]:
        energies: list[Energy] = []
        for name, label in (("consumption", "EAST"), ("injection", "EAIT")):
            both_wh = portion.midnights.wh.get(label)
            places = index_places(name, self._labels, heard)
            near_wh = 0.0 if both_wh is None else both_wh[0]
            series = total_series(places, day.due, messages, what, fresh_us, near_wh)
            curve = self._curves[name]
            if both_wh is None or series is None:
                self._note_untold(name, bool(places) or name == "consumption")
                continue
            by_meter = against_meter(name, places, portion, both_wh, series, heard)
            energies += by_meter
            if curve is not None:
                marked = with_midnights(series, portion.midnights, both_wh)
                days = [one for one in curve.days if one.day == portion.day]
                found = against_curve(curve, days, [marked], name)
                if any(not one.agrees for one in found) and (minutes := shift_of(curve, [marked])):
                    self.found.remarks.append(
                        f"{_EXPORTS[name]}: {portion.day}: fits the readings {abs(minutes)} min "
                        f"{'earlier' if minutes > 0 else 'later'}: shifted, or of another time zone"
                    )
                reaches = any(point.end_us == portion.midnights.to_us for point in _last_of(curve, portion.midnights))
                energies += [_by_readings(one, by_meter) if reaches else one for one in found]
        return energies


def _last_of(curve: Curve, midnights: Midnights) -> Sequence[Point]:
    """The last point up to the end of a day: a run may end between two, and its curve before it."""
    place = bisect_right(curve.points, midnights.to_us, key=lambda point: point.end_us)
    return curve.points[max(place - 1, 0) : place]


def _by_readings(one: Energy, by_meter: Sequence[Energy]) -> Energy:
    """A whole day of the curve against the readings next to its midnights, as it is against the meter."""
    if one.points < one.of_points or not by_meter:
        return one
    return replace(one, readings_wh=by_meter[0].readings_wh, bound_wh=one.bound_wh + by_meter[0].bound_wh)


def _told(path: Path) -> Mapping[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); run the panel again") from None
    if not isinstance(told, dict):
        raise InputError(f"{path}: expected an object; run the panel again")
    return told


def _steps_of(board: Board) -> dict[str, float]:
    """How far a number of a label may be from what the meter said, in whole units: columns are whole numbers."""
    steps: dict[str, float] = {}
    for reading in board.reading:
        for label, path in reading.labels.items():
            step = float(path.exact_step)
            steps[label] = max(steps.get(label, 0.0), ceil(step + 0.5) if step else 0.0)
    return steps


def _messages(readings: Any, said: Floats) -> Messages:
    probe, probes = numbered(readings, PROBE)
    source, sources = numbered(readings, SOURCE)
    return Messages(
        instants(readings, ARRIVED_US), instants(readings, STAMP_US), probe, source, said, probes, sources,
        *sent_as(readings),
    )  # fmt: skip
