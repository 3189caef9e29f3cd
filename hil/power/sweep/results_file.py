# SPDX-License-Identifier: Apache-2.0
"""A file of results that grows while they are made, and from which a second run goes on."""

import hashlib
from collections.abc import Sequence
from math import isinf
from pathlib import Path
from typing import Any

import numpy as np

from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written
from xky.protocol.whole_file import whole_file

from ..population import Population, PopulationOutcome
from ..population.population import Array

__all__ = ["OUTPUTS", "ResultsFile", "rows_of", "sign_of"]

OUTPUTS = ("margin_v", "lives", "start_s", "wake_v", "wake_s", "worst")  # columns of a point's results


def rows_of(outcome: PopulationOutcome) -> Array:
    """Results of points, one a row, as ``OUTPUTS`` names them."""
    return np.stack([np.asarray(getattr(outcome, name), np.float64) for name in OUTPUTS], axis=1)


def sign_of(population: Population, *more: object) -> str:
    """What tells a sweep from any other: board, supply and all that is varied."""
    signed = hashlib.sha256(population.board.model_dump_json().encode())
    rest = (
        population.open_circuit_v,
        population.source_ohm,
        population.temperature_c,
        population.period_s,
        str(population.mode),
        *more,
    )
    signed.update(repr(rest).encode())
    for key, values in population.columns.items():
        signed.update(key.encode() + np.ascontiguousarray(values).tobytes())
    return signed.hexdigest()[:20]


class ResultsFile:
    """A CSV of points and their results; those that are there already need not be made again.

    Args:
        path: of the file; made where there is none.
        sign: of the sweep.
        names: of the varied columns.
        columns: their values, one row a point.
        phases: names of the phases that ``worst`` counts.

    Raises:
        InputError: the file is that of another sweep, or of none, or cannot be written.
    """

    def __init__(self, path: Path, sign: str, names: Sequence[str], columns: Array, phases: Sequence[str]) -> None:
        self.path, self._columns, self._phases = path, columns, phases
        self._header = ["point", *names, *OUTPUTS]
        self._head = f"# xky power sweep {sign}\n{','.join(self._header)}\n"
        self.results: Array = np.full((len(columns), len(OUTPUTS)), np.nan)
        try:
            if path.exists() and path.stat().st_size:
                self._read()
            else:
                path.write_text(self._head, encoding="utf-8")
        except OSError as error:
            raise cannot_be_written(f"--out {path}", error) from None

    def _read(self) -> None:
        text = self.path.read_text(encoding="utf-8", errors="replace")
        if self._head.startswith(text):  # cut before the first point
            self.path.write_text(self._head, encoding="utf-8")
            return
        if not text.startswith(self._head):
            whose = "of another sweep" if text.startswith("# xky power sweep ") else "no sweep's"
            raise InputError(f"--out {self.path}: is a file {whose}; give another name, or remove it")
        lines = text.removeprefix(self._head).split("\n")
        for number, line in enumerate(lines[:-1], 3):
            self._read_point(number, line)
        if lines[-1]:  # what was cut in the middle of a line is made again
            with whole_file(self.path) as partial:
                partial.write_text(text.removesuffix(lines[-1]), encoding="utf-8")

    def _read_point(self, number: int, line: str) -> None:
        """One line: good only if it is what is written for that point of this sweep."""
        cells = dict(zip(self._header, line.split(","), strict=False))
        try:
            point = int(cells["point"])
            row = [self._value(name, cells[name]) for name in OUTPUTS]
            if point < 0:
                raise IndexError  # it would count from the end
            self.results[point] = row
            sound = self._line(point) == line + "\n"
        except (IndexError, KeyError, OverflowError, ValueError):
            sound = False
        if not sound:
            raise InputError(f"--out {self.path}:{number}: is no point of this sweep; remove the line")

    def _value(self, name: str, told: str) -> float:
        if name == "worst":
            return self._phases.index(told) if told else -1
        value = float(told)
        if (name == "margin_v" and isinf(value)) or (name == "lives" and value not in (0.0, 1.0)):
            raise ValueError(told)
        return value

    @property
    def missing(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Of each point, whether there is no result yet."""
        return np.isnan(self.results[:, 0])

    def add(self, start: int, rows: Array) -> None:
        """Results of some points, from ``start`` on.

        Raises:
            InputError: the file cannot be written.
        """
        self.results[start : start + len(rows)] = rows
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("".join(self._line(start + k) for k in range(len(rows))))
        except OSError as error:
            raise cannot_be_written(f"--out {self.path}", error) from None

    def finish(self) -> None:
        """In order, whatever the order in which they came."""
        try:
            with whole_file(self.path) as partial, partial.open("w", encoding="utf-8") as file:
                file.write(self._head)
                file.writelines(self._line(point) for point in range(len(self.results)))
        except OSError as error:
            raise cannot_be_written(f"--out {self.path}", error) from None

    def _line(self, point: int) -> str:
        values = dict(zip(OUTPUTS, self.results[point].tolist(), strict=True))
        worst = int(values["worst"])
        told = [f"{value!r}" for value in self._columns[point].tolist()]
        results = [
            (self._phases[worst] if worst >= 0 else "") if name == "worst" else str(int(value)) if name == "lives"
            else f"{value!r}" for name, value in values.items()
        ]  # fmt: skip
        return ",".join([str(point), *told, *results]) + "\n"
