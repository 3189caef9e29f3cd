# SPDX-License-Identifier: Apache-2.0
"""Files of a home's readings to columns: when, by which series, and what was said of each label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from xky.boards import Board
from xky.emulator.legal_time import instant_us
from xky.hil.bench.mapping import Statement
from xky.hil.ends.end import Payload
from xky.protocol import LABELS, InputError
from xky.protocol.labels import Kind

from ..columns import Floats, Instants
from .panel_file import ARRIVED, TIME, HomeExports
from .points import ExportPoint, Points, read_points

__all__ = ["ExportColumns", "read_exports"]

_LABELS = {name: label for table in LABELS.values() for name, label in table.items()}
_TOLD = 3
_NUMBERS = 60  # characters that a number may have
_UNITS_US = ((10**17, 1e-3), (10**14, 1.0), (10**11, 1e3), (0, 1e6))  # ns, µs, ms, s since 1970, by how many there are
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class ExportColumns:
    """The readings of a home, by when they were.

    Attributes:
        at_us: when, µs since 1970-01-01 UTC, rising.
        arrived_us: when it arrived, where the export tells; else the least number.
        series: number of the series.
        said: label to what was said; of a text its number; NaN where nothing was.
        texts: those that were said, by their numbers.
    """

    at_us: Instants
    arrived_us: Instants
    series: Instants
    said: Mapping[str, Floats]
    texts: Sequence[str]

    def between(self, from_us: int | None, until_us: int | None) -> "ExportColumns":
        """What is of a time, all of it where nobody told its ends.

        Raises:
            InputError: nothing is.
        """
        if from_us is None and until_us is None:
            return self
        begin = 0 if from_us is None else int(np.searchsorted(self.at_us, from_us))
        end = len(self.at_us) if until_us is None else int(np.searchsorted(self.at_us, until_us))
        if begin >= end:
            raise InputError("no reading of it is between from and until; mend these in panel.toml")
        rows = slice(begin, end)
        said = {label: column[rows] for label, column in self.said.items()}
        return ExportColumns(self.at_us[rows], self.arrived_us[rows], self.series[rows], said, self.texts)


def read_exports(folder: Path, home: HomeExports, remarks: list[str]) -> tuple[ExportColumns, bool]:
    """Read the files of a home; what is wrong with a file is a remark, and the others are read.

    Returns:
        What they say, and whether each of them could be read.

    Raises:
        InputError: no file has a reading.
    """
    reader, is_complete = _Reader(home, remarks), True
    for pattern in home.readings:
        try:
            paths = sorted(folder.glob(pattern)) if any(one in pattern for one in "*?[") else [folder / pattern]
        except (NotImplementedError, ValueError) as error:
            remarks.append(f"{pattern}: no pattern of files of the folder ({error}); mend readings in panel.toml")
            is_complete = False
            continue
        if not paths:
            remarks.append(f"{pattern}: no such file; mend readings in panel.toml")
            is_complete = False
        for path in paths:
            try:
                reader.take(path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path), path)
            except InputError as error:
                remarks.append(str(error))
                is_complete = False
    if not reader.rows:
        raise InputError(f"home {home.id}: none of its files has a reading that can be used")
    return reader.columns(), is_complete


class _Reader:
    def __init__(self, home: HomeExports, remarks: list[str]) -> None:
        self._home, self._remarks = home, remarks
        self._zone = ZoneInfo(home.time_zone)
        board: Board | None = home.described
        self._statement = None if board is None else Statement(board.reading, "influx")
        self._columns: dict[str, list[tuple[str, float]]] = {}
        for label, one in home.columns.items():
            if label not in (TIME, ARRIVED):
                self._columns.setdefault(one.column, []).append((label, one.scale))
        self.rows: list[tuple[int, int, tuple[str, ...], Mapping[str, float | str]]] = []

    def take(self, name: str, path: Path) -> None:
        """Another file."""
        time = self._home.columns.get(TIME)
        found = read_points(path, None if time is None else time.column)
        self._remarks += [f"{name}: {one}" for one in found.remarks]
        before = len(self.rows)
        wrong = _Wrong()
        for point in found.points:
            self._row(point, wrong)
        self._remarks += [f"{name}: {one}" for one in wrong.told()]
        if len(self.rows) == before:
            self._nothing(name, found)
            return
        used = {label for row in self.rows[before:] for label in row[3]}
        for column, number in sorted(found.empty.items()):
            if number and used & {label for label, _ in self._labels_of(column)}:
                self._remarks.append(
                    f"{name}: {column} is empty in {number} of {len(found.points)} rows; not said there"
                )
        for label, one in self._home.columns.items():
            if label not in (TIME, ARRIVED) and one.column not in found.columns:
                self._remarks.append(f"{name}: has no column {one.column}, which panel.toml says is {label}")

    def _nothing(self, name: str, found: Points) -> None:
        columns = ", ".join(list(found.columns)[:8])
        self._remarks.append(
            f"{name}: no column is a label of the TIC{f', only {columns}' if columns else ''}; write columns of the "
            "home into panel.toml, such as EAST, or its board"
        )  # fmt: skip

    def _labels_of(self, column: str) -> Sequence[tuple[str, float]]:
        told = self._columns.get(column)
        if told is not None:
            return told
        return ((column, 1.0),) if column in _LABELS and column not in self._home.columns else ()

    def _row(self, point: ExportPoint, wrong: "_Wrong") -> None:
        at_us = self._instant(point.time)
        if at_us is None:
            wrong.add("time", point.line, point.time)
            return
        arrived_us = np.iinfo(np.int64).min
        arrived = self._home.columns.get(ARRIVED)
        if arrived is not None and arrived.column in point.fields:
            told = point.fields[arrived.column]
            told_us = self._instant(told if isinstance(told, int) else _integer(str(told)))
            if told_us is None:
                wrong.add(ARRIVED, point.line, told)
            else:
                arrived_us = told_us
        said = self._by_statement(point) or self._by_name(point, wrong)
        if said:
            self.rows.append((at_us, arrived_us, point.series, said))

    def _by_statement(self, point: ExportPoint) -> dict[str, float | str]:
        if self._statement is None or not self._statement.is_mapped or point.content is None:
            return {}
        reading = self._statement.read(Payload(0.0, point.series[0], point.content))
        said = getattr(reading, "said", None) or {}
        found: dict[str, float | str] = {}
        for label in said:
            value = reading[label]  # type: ignore[index]
            number = _number(value) if _LABELS[label].kind is Kind.NUMBER else str(value)
            if number is not None:
                found[label] = number
        return found

    def _by_name(self, point: ExportPoint, wrong: "_Wrong") -> dict[str, float | str]:
        found: dict[str, float | str] = {}
        for column, value in point.fields.items():
            for label, scale in self._labels_of(column):
                if _LABELS[label].kind is not Kind.NUMBER:
                    found[label] = str(value)
                    continue
                number = _number(value)
                if number is None or not 0 <= number < 1e15:
                    wrong.add(column, point.line, value)
                else:
                    found[label] = number * scale
        return found

    def _instant(self, time: int | str) -> int | None:
        if isinstance(time, int):
            return next(
                (round(time * unit) if unit != 1.0 else time for least, unit in _UNITS_US if time >= least), None
            )
        try:
            moment = datetime.fromisoformat(time)
        except ValueError:
            return None
        if not _FIRST_YEAR <= moment.year < _LAST_YEAR:
            return None
        return instant_us(moment if moment.tzinfo is not None else moment.replace(tzinfo=self._zone).astimezone(UTC))

    def _is_out_of_order(self) -> bool:
        """Whether a series goes back in time: exports have one series behind the other."""
        last: dict[tuple[str, ...], int] = {}
        for at_us, _, series, _ in self.rows:
            if at_us < last.get(series, at_us):
                return True
            last[series] = at_us
        return False

    def columns(self) -> ExportColumns:
        """All rows, by their time."""
        rows = sorted(self.rows, key=lambda row: row[0])
        if self._is_out_of_order():
            self._remarks.append("rows are not in the order of their times; sorted")
        series = {one: number for number, one in enumerate(dict.fromkeys(row[2] for row in rows))}
        labels = sorted({label for row in rows for label in row[3]})
        texts: dict[str, int] = {}
        said = {}
        for label in labels:
            values = [row[3].get(label) for row in rows]
            said[label] = np.array([
                np.nan if one is None else texts.setdefault(one, len(texts)) if isinstance(one, str) else one
                for one in values
            ], np.float64)  # fmt: skip
        return ExportColumns(
            np.array([row[0] for row in rows], np.int64),
            np.array([row[1] for row in rows], np.int64),
            np.array([series[row[2]] for row in rows], np.int64),
            said,
            [*texts],
        )


class _Wrong:
    """Cells that cannot be used, by column."""

    def __init__(self) -> None:
        self._of: dict[str, list[tuple[int, Any]]] = {}

    def add(self, column: str, line: int, value: Any) -> None:
        self._of.setdefault(column, []).append((line, value))

    def told(self) -> list[str]:
        """A line a column."""
        found = []
        for column, cells in self._of.items():
            noun = "rows have no time that can be read" if column == TIME else f"values of {column} cannot be"
            shown = ", ".join(f"{str(value)[:_NUMBERS]!r} in line {line}" for line, value in cells[:_TOLD])
            found.append(f"{len(cells)} {noun}: {shown}; not counted")
        return found


def _integer(text: str) -> int | str:
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and len(digits) <= 19 else text


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if np.isfinite(value) else None
    text = str(value).strip().replace(",", ".")
    if len(text) > _NUMBERS:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
