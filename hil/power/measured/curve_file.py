# SPDX-License-Identifier: Apache-2.0
"""A measured charge or discharge curve from its file, thinned where it has more rows than a fit has use for."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from xky.protocol import InputError

from .measured_columns import AMPERES, SECONDS, SUPPLY, VOLTS, Columns, read_columns
from .trajectory import Rows

__all__ = ["read_curve", "thinned"]

_FEWEST = 10  # rows: five unknowns, and as much again to tell the noise
_MOST = 4000  # rows that are fitted
_HIGHEST_V = 60.0  # no board's capacitor comes here: the unit is another
_HIGHEST_A = 5.0  # likewise
_JUMP = 6.0  # times the usual change of the load, where it is no noise


def read_curve(path: Path, idle_a: float) -> Rows:
    """The rows of a curve.

    Args:
        path: CSV file: time and voltage; where it has them, current of the load, and 1 or 0 for supply on or off.
        idle_a: current of the load where the file has no such column.

    Raises:
        InputError: it cannot be read, or is no such curve; the text names file and line.
    """
    columns = read_columns(path, (SECONDS, VOLTS), (AMPERES, SUPPLY))
    times_s, volts = columns.values[SECONDS], columns.values[VOLTS]
    if len(times_s) < _FEWEST:
        raise InputError(f"{path}: has {len(times_s)} rows; a fit needs {_FEWEST} at least")
    _check(columns, np.diff(times_s, prepend=-np.inf) > 0, times_s, "time {:g} s is not after that of the row before")
    _check(columns, np.abs(volts) < _HIGHEST_V, volts, "{:g} V are no capacitor's; write the unit in the header, as mV")
    loads_a, supplied = columns.values[AMPERES], columns.values[SUPPLY]
    if loads_a is None:
        loads_a = np.full(len(times_s), idle_a)
    _check(columns, np.abs(loads_a) < _HIGHEST_A, loads_a, "{:g} A are no board's; write the unit in the header, as mA")
    if supplied is None:
        supplied = np.ones(len(times_s))
    _check(columns, np.isin(supplied, (0.0, 1.0)), supplied, "supply {:g}: expected 1 for on or 0 for off")
    return thinned(Rows(times_s, volts, loads_a, supplied > 0.5, np.ones(len(times_s))))


def _check(columns: Columns, sound: Any, values: Any, complaint: str) -> None:
    if not sound.all():
        row = int(np.argmin(sound))
        raise columns.complain(row, complaint.format(float(values[row])))


def thinned(rows: Rows, most: int = _MOST) -> Rows:
    """About ``most`` rows: means of neighbours under one load; those at a step of load or supply stay alone."""
    if len(rows) <= most:
        return rows
    changes_a = np.abs(np.diff(rows.loads_a))
    jumps = (changes_a > _JUMP * np.median(changes_a)) | np.diff(rows.supplied)
    runs = [0, *(np.flatnonzero(jumps) + 1).tolist(), len(rows)]
    size = -(-len(rows) // most)
    starts: list[int] = []
    for start, end in pairwise(runs):
        starts += [start, *range(start + 1, end - 1, size)]
        if end - start > 1:
            starts.append(end - 1)
    counts = np.diff([*starts, len(rows)])

    def means(values: Any) -> Any:
        return np.add.reduceat(values, starts) / counts

    return Rows(
        means(rows.times_s), means(rows.volts), means(rows.loads_a), rows.supplied[starts], counts.astype(float)
    )
