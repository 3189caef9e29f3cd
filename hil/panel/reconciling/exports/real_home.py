# SPDX-License-Identifier: Apache-2.0
"""A home by its exports: when readings were due, what is doubled, late or wrong, and energies against the curve."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path

import numpy as np

from xky.emulator.legal_time import local_time
from xky.hil.bench.limits import limits_for
from xky.protocol import InputError

from ...distributor import Curve, read_curve
from ...distributor.curve import day_bounds_us
from ...rollover import unrolled
from ..against_curve import against_curve, shift_of
from ..columns import Instants, Truths
from ..index_series import IndexSeries, total_labels
from ..results import DayFound, Energy, HomeFound, Stretch
from .export_columns import ExportColumns, read_exports
from .panel_file import HomeExports
from .plausible import MOST_KVA, is_index, judge_index
from .shared_losses import Silence, inferred
from .usual_interval import Gaps, Usual, gaps_of, instants_of, usual_interval

__all__ = ["RealHome"]

_LOST_MAX = 1_000_000  # of a home; more are a wrong date or period, and not worth the wait
_FRESH_S = 10.0  # of a gateway that nobody described; an assumption
_FRAME_S = 3.7  # the longest frames of a meter
_MICRO = 1_000_000
_NO_TIME = np.iinfo(np.int64).min
_HOUR_US = 3_600_000_000


@dataclass(slots=True)
class _Fault:
    """Rows of a kind, by when they are."""

    late: Instants = field(default_factory=lambda: np.empty(0, np.int64))
    doubled: Instants = field(default_factory=lambda: np.empty(0, np.int64))
    wrong: Instants = field(default_factory=lambda: np.empty(0, np.int64))


class RealHome:
    """One home of a real panel.

    Args:
        folder: of the panel.
        described: in its file.
        first_us: what came before is not of the panel; None: nothing did.
        until_us: likewise what came from then on.

    Attributes:
        found: what is found of it.
        from_us, to_us: its first and last reading.

    Raises:
        InputError: it has no reading that can be used.
    """

    def __init__(self, folder: Path, described: HomeExports, first_us: int | None, until_us: int | None) -> None:
        self.found = HomeFound(described.id, board=described.board or "")
        self._described = described
        try:
            columns, self.found.complete = read_exports(folder, described, self.found.remarks)
            self._columns = _counted_on(columns.between(first_us, until_us))
        except InputError as error:
            reasons = "; ".join(self.found.remarks[:2])
            raise InputError(f"{error}{f': {reasons}' if reasons else ''}") from None
        board = described.described
        self._fresh_us = round((limits_for(board, _FRAME_S).freshness_s if board else _FRESH_S) * _MICRO)
        self._instants_us = instants_of(self._columns.at_us, dict(self._columns.said), self._columns.series)
        self.from_us, self.to_us = int(self._instants_us[0]), int(self._instants_us[-1])
        board_s = None if board is None else (board.limits.period_s or board.report_period_s or None)
        self._usual: Usual = usual_interval(self._instants_us, described.period_s, board_s)
        self._gaps = Gaps(*(np.empty(0, np.int64) for _ in range(3)))
        self._right = np.ones(len(self._columns.at_us), bool)
        self._curves = [
            (what, name, curve)
            for what, names in (("consumption", described.distributor), ("injection", described.injection))
            for name in names
            if (curve := self._curve(folder, name)) is not None
        ]

    def _curve(self, folder: Path, name: str) -> Curve | None:
        try:
            curve = read_curve(folder / name)
        except InputError as error:
            self.found.remarks.append(str(error))
            self.found.complete = False
            return None
        self.found.remarks += [f"{name}: {one.text}" for one in curve.findings]
        return curve

    def silence(self, from_us: int | None, until_us: int | None) -> Silence:
        """Where readings of it are missing, of those that were due between two instants."""
        self._gaps = gaps_of(self._instants_us, self._usual, from_us, until_us)
        number = int(self._gaps.number.sum())
        if number > _LOST_MAX:
            self.found.judged = False
            self.found.remarks.insert(
                0, f"{number} readings would be missing between {local_time(from_us or self.from_us):%Y-%m-%d} and "
                f"{local_time(until_us or self.to_us):%Y-%m-%d}; mend from, until or its period_s"
            )  # fmt: skip
            self._gaps = Gaps(*(np.empty(0, np.int64) for _ in range(3)))
        begins = self.from_us if from_us is None else min(from_us, self.from_us)
        return Silence(begins, max(self.to_us, until_us or self.to_us), self._gaps)

    def judge(self, others: Sequence[Silence]) -> HomeFound:
        """All there is to find; causes of losses by what the others lost at once."""
        if not self.found.judged:
            return self.found
        if len(self._instants_us) < 2:
            self.found.judged = False
            self.found.remarks.append("it has one reading alone, which tells nothing of what is missing")
            return self.found
        usual_s = self._usual.interval_us / _MICRO
        who = "" if self._usual.is_told else "nobody told when readings were due: "
        self.found.remarks.insert(
            0, f"{who}one each {usual_s:.3g} s as {'told' if self._usual.is_told else 'usual'}, one is missing where "
            f"none came for {self._usual.longest_us / _MICRO:.3g} s"
        )  # fmt: skip
        faults = self._faults()
        due_us = self._gaps.due_us()
        causes = inferred(due_us, others)
        energies = self._energies()
        days = sorted({*self._days_of(self._instants_us), *self._days_of(due_us)})
        self.found.days = [self._day(day, faults, due_us, causes, energies) for day in days]
        return self.found

    @staticmethod
    def _days_of(instants_us: Instants) -> set[date]:
        hours = np.unique(instants_us // _HOUR_US)  # legal time is whole hours from UTC
        return {local_time(int(hour) * _HOUR_US).date() for hour in hours}

    def _faults(self) -> _Fault:
        columns = self._columns
        doubled, contradictory, unsure = _doubled(columns)
        wrong = contradictory.copy()
        kva = self._kva()
        for label, said in columns.said.items():
            if not is_index(label):
                continue
            for number in np.unique(columns.series):
                rows = np.flatnonzero((columns.series == number) & ~np.isnan(said) & ~doubled & ~unsure)
                judged = judge_index(columns.at_us[rows], said[rows], kva)
                wrong[rows[judged.wrong]] = True
                if judged.back or judged.jumps:
                    self.found.remarks.append(
                        f"{label} goes back in {judged.back} readings and jumps in {judged.jumps} by more than "
                        f"{kva:g} kVA let through"
                    )
                self.found.remarks += [
                    f"{label} begins anew at {local_time(at_us):%Y-%m-%d %H:%M:%S}: another meter?"
                    for at_us in judged.anew_us
                ]
        arrived = columns.arrived_us != _NO_TIME
        late = arrived & (columns.arrived_us - columns.at_us > self._fresh_us)
        if not arrived.any():
            self.found.remarks.append("its exports do not tell when a reading arrived: none is called late")
        self._right = ~wrong & ~doubled & ~unsure
        return _Fault(*(columns.at_us[rows] for rows in (late, doubled, wrong)))

    def _kva(self) -> float:
        """Subscribed power: as told, or as the meter says, or the most there is."""
        said = self._columns.said
        if self._described.subscription_kva is not None:
            return self._described.subscription_kva
        for label, kva in (("PREF", 1.0), ("ISOUSC", 0.2 * (3 if "IINST3" in said else 1))):
            if (
                label in said
                and (told := said[label][~np.isnan(said[label])]).size
                and 0 < told.max() * kva <= MOST_KVA
            ):
                return float(told.max()) * kva
        return MOST_KVA

    def _energies(self) -> list[Energy]:
        found: list[Energy] = []
        for what, name, curve in self._curves:
            said = self._columns.said
            labels = total_labels(said) if what == "consumption" else tuple({"EAIT"} & said.keys())
            if not labels:
                self.found.remarks.append(f"{name}: readings say no index of all {what}; not compared")
                continue
            series = [self._series(label) for label in labels]
            energies = against_curve(curve, curve.days, series, what)
            if not energies:
                self.found.remarks.append(f"{name}: is of other days than the readings; not compared")
            if any(not one.agrees for one in energies) and (minutes := shift_of(curve, series)):
                self.found.remarks.append(
                    f"{name}: fits the readings {abs(minutes)} min {'earlier' if minutes > 0 else 'later'}: shifted, "
                    "or one of both is of another time zone"
                )
            found += energies
        return found

    def _series(self, label: str) -> IndexSeries:
        said = self._columns.said[label]
        rows = np.flatnonzero(~np.isnan(said) & self._right)
        at_us, firsts = np.unique(self._columns.at_us[rows], return_index=True)
        return IndexSeries(at_us - self._fresh_us, at_us, said[rows][firsts])

    def _day(
        self, day: date, faults: _Fault, due_us: Instants, causes: Sequence[str], energies: Sequence[Energy]
    ) -> DayFound:
        from_us, to_us = day_bounds_us(day)
        own = [one for one in energies if one.day == day]
        arrived = self._instants_us[_between(self._instants_us, from_us, to_us)]
        lost = np.flatnonzero(_between(due_us, from_us, to_us))
        wrong = int(_between(faults.wrong, from_us, to_us).sum()) + sum(len(one.beyond) for one in own)
        hours = (to_us - from_us) // _HOUR_US
        there, gone = (
            np.bincount((one - from_us) // _HOUR_US, minlength=hours)[:hours] for one in (arrived, due_us[lost])
        )
        late, doubled = (int(_between(one, from_us, to_us).sum()) for one in (faults.late, faults.doubled))
        return DayFound(
            day,
            due=len(arrived) + len(lost),
            arrived=len(arrived),
            messages=int(_between(self._columns.at_us, from_us, to_us).sum()),
            late=late,
            doubled=doubled,
            wrong=wrong,
            lost=_stretches(due_us, lost, causes, self._gaps),
            energies=own,
            hours=list(zip((there + gone).tolist(), there.tolist(), strict=True)),
        )


def _counted_on(columns: ExportColumns) -> ExportColumns:
    """The same, indexes counted on where they begin anew."""
    said = dict(columns.said)
    for label in filter(is_index, said):
        column = said[label] = said[label].copy()
        rows = np.flatnonzero(~np.isnan(column))
        column[rows] = unrolled(column[rows])
    return replace(columns, said=said)


def _between(instants_us: Instants, from_us: int, to_us: int) -> Truths:
    return np.asarray((from_us <= instants_us) & (instants_us < to_us))


def _doubled(columns: ExportColumns) -> tuple[Truths, Truths, Truths]:
    """Rows that are there again, those that say something else of the same instant and series, and both of these."""
    number = len(columns.at_us)
    doubled, contradictory, unsure = (np.zeros(number, bool) for _ in range(3))
    order = np.lexsort((columns.at_us, columns.series))
    at_us, series = columns.at_us[order], columns.series[order]
    again = np.flatnonzero((at_us[1:] == at_us[:-1]) & (series[1:] == series[:-1])) + 1
    for place in again.tolist():
        first, second = int(order[place - 1]), int(order[place])
        pairs = [(column[first], column[second]) for column in columns.said.values()]
        both = [(one, other) for one, other in pairs if not np.isnan(one) and not np.isnan(other)]
        if both and all(one == other for one, other in both):
            doubled[second] = True
        elif both:
            contradictory[second] = True
            unsure[[first, second]] = True
    return doubled, contradictory, unsure


def _stretches(due_us: Instants, places: Instants, causes: Sequence[str], gaps: Gaps) -> list[Stretch]:
    """Losses of one gap and one cause together."""
    found = []
    gap_of = np.searchsorted(gaps.from_us, due_us[places], "right")
    told = [(int(due_us[place]), causes[place], int(gap)) for place, gap in zip(places.tolist(), gap_of, strict=True)]
    for (cause, _), run in groupby(told, key=lambda one: (one[1], one[2])):
        instants_us = [one[0] for one in run]
        found.append(Stretch(instants_us[0], instants_us[-1], len(instants_us), cause))
    return found
