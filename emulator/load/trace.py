# SPDX-License-Identifier: Apache-2.0
"""Replay of a measured trace: a table of times and powers, from CSV or Parquet.

Each sample holds until the next, so the energy of a replay is that of the table. Whatever cannot be
replayed as it was measured is refused, with its line: a bench must not invent a load in silence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median_low

from xky.protocol import InputError

from ..legal_time import PARIS, SECOND_US, instant_us
from .draw import Draw, Load
from .steps import Repeated, Steps
from .table import Table, open_table

__all__ = ["read_trace"]

_POWER = ("power", "power_w", "active_w")
_REACTIVE = ("reactive", "reactive_var")
_PHASES = (1, 2, 3)
_GAP_STEPS = 10  # a logger that missed fewer samples only stuttered: assumption
_COLUMNS_TOLD = 12  # of a header, in a message
_LARGEST = 1_000_000  # W or VAr: thirty times the largest Linky (36 kVA), so the unit is another; assumption
_FIRST_US, _LAST_US = (instant_us(datetime(year, 1, 1, tzinfo=UTC)) for year in (2000, 2100))  # 54E §6.2.1.1
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_NO_NUMBER = re.compile(r"[+-]?(nan|na|null|none|inf|infinity)?", re.IGNORECASE)


def read_trace(
    path: str | Path, *, starts_us: int | None = None, repeat: bool = False, max_gap_s: float = 3600.0
) -> Load:
    """A load from a table with a header, CSV (by comma, semicolon or tabulator, UTF-8) or Parquet.

    =================================== ======================================================================
    column                              holds
    =================================== ======================================================================
    ``time``                            ISO 8601, legal French time unless an offset follows; or seconds since
                                        1970 UTC, with ``starts_us`` from any origin
    ``power`` (``power_w``, ``active_w``) active power in W of one phase, negative when injected
    ``power1`` ``power2`` ``power3``    the same by phase (``power1_w``, ``active1_w``, ... too)
    ``reactive`` (``reactive_var``)     reactive power in VAr, positive when inductive; optional; by phase
                                        ``reactive1`` ... ``reactive3``
    =================================== ======================================================================

    Capitals do not matter, other columns are left alone. Of the hour that comes twice in October, a time
    that does not rise is taken for the second.

    Args:
        path: the file; Parquet (``.parquet``, ``.pq``) needs the extra ``parquet``.
        starts_us: move the trace so that it begins at this instant, microseconds since 1970 UTC. Durations
            stay, across a clock change too.
        repeat: begin anew at the end, where the last sample has held for a median step; else it holds for ever.
        max_gap_s: the longest step that is no gap, in seconds; ten median steps are none either.

    Raises:
        InputError: the file or something in it cannot be used; the text says where, what, and how to mend it.
    """
    path = Path(path)
    with open_table(path) as table:
        columns = _Columns.of(path, table.header)
        clock = _Clock(from_any_origin=starts_us is not None)
        numbers: list[int] = []
        steps: list[tuple[int, Draw]] = []
        for number, cells in table.rows(columns.places):
            where = table.where(number)
            at_us = clock.read(where, cells[0])
            numbers.append(number)
            steps.append((at_us, columns.draw(where, cells[1:])))
        if not steps:
            raise InputError(f"{path}: no sample behind the header; expected one at least")
        median_us = _step_without_gap(table, numbers, [at_us for at_us, _ in steps], max_gap_s)
    shift_us = 0 if starts_us is None else starts_us - steps[0][0]
    trace = Steps(tuple((at_us + shift_us, power) for at_us, power in steps))
    if not repeat or median_us is None:
        return trace
    return Repeated(trace, steps[-1][0] - steps[0][0] + median_us)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in the header what is meant stands: time, then powers, then reactive powers."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    phases: int

    @classmethod
    def of(cls, path: Path, header: Sequence[str]) -> "_Columns":
        plain = [name.strip().lower() for name in header]

        def one_of(names: Sequence[str], *, needed: bool = True) -> list[str]:
            found = [name for name in plain if name in names]
            if len(found) > 1:
                raise InputError(f"{path}: columns {' and '.join(found)} say the same; keep one")
            if not found and needed:
                given = ", ".join(" ".join(name.split()) for name in header[:_COLUMNS_TOLD]) or "none"
                raise InputError(
                    f"{path}: no column {' or '.join(names)} in the header ({given}); name the columns in the first "
                    "line, as time,power"
                )
            return found

        by_phase = [[_of_phase(name, phase) for name in _POWER] for phase in _PHASES]
        reactive_by_phase = [[_of_phase(name, phase) for name in _REACTIVE] for phase in _PHASES]
        names = one_of(["time"])
        if any(name in plain for phase in by_phase for name in phase):
            if sums := [name for name in plain if name in _POWER]:
                raise InputError(f"{path}: columns {sums[0]} and of single phases; keep either")
            names += [name for phase in by_phase for name in one_of(phase)]
            needed = any(name in plain for phase in reactive_by_phase for name in phase)
            names += [name for phase in reactive_by_phase for name in one_of(phase, needed=needed)]
            return cls(tuple(names), tuple(plain.index(name) for name in names), len(_PHASES))
        names += one_of(_POWER) + one_of(_REACTIVE, needed=False)
        return cls(tuple(names), tuple(plain.index(name) for name in names), 1)

    def draw(self, where: str, cells: Sequence[str]) -> Draw:
        milli = [_milli(where, name, cell) for name, cell in zip(self.names[1:], cells, strict=True)]
        active_mw, reactive_mvar = milli[: self.phases], milli[self.phases :]
        return Draw(tuple(active_mw), tuple(reactive_mvar) or (0,) * self.phases)


def _of_phase(name: str, phase: int) -> str:
    """``power_w`` of phase 2 is ``power2_w``."""
    quantity, _, unit = name.partition("_")
    return f"{quantity}{phase}" + (f"_{unit}" if unit else "")


def _milli(where: str, name: str, cell: str) -> int:
    unit = "VAr" if name.startswith("reactive") else "watts"
    value = _number(where, name, cell, f"a number in {unit}")
    if abs(value) > _LARGEST:
        raise InputError(f"{where}: {name} {cell.strip()!r}: more than {_LARGEST}; expected {unit}, convert the unit")
    return round(value * 1000)


def _number(where: str, name: str, cell: str, expected: str) -> Decimal:
    text = cell.strip()
    if _NO_NUMBER.fullmatch(text):
        found = repr(text) if text else "empty"
        raise InputError(f"{where}: {name} is {found}; expected {expected}: fill it in, or remove the row")
    if not _NUMBER.fullmatch(text):
        raise InputError(f"{where}: {name} {text!r}: not a number; expected {expected}, as 1234.5")
    return Decimal(text)


class _Clock:
    """Reads one time after the other. The first tells whether they are seconds or dates."""

    def __init__(self, *, from_any_origin: bool) -> None:
        self._from_any_origin = from_any_origin
        self._in_seconds: bool | None = None
        self._before_us: int | None = None

    def read(self, where: str, cell: str) -> int:
        """The instant, in microseconds since 1970 UTC.

        Raises:
            InputError: it is no time, none that a meter's clock can show, or it does not rise.
        """
        text = cell.strip()
        if self._in_seconds is None:
            self._in_seconds = bool(_NUMBER.fullmatch(text))
        at_us = self._seconds(where, text) if self._in_seconds else self._date(where, text)
        if self._before_us is not None and at_us <= self._before_us:
            back_s = (self._before_us - at_us) / SECOND_US
            found = f"{back_s:g} s before that of the row before" if back_s else "the same as in the row before"
            raise InputError(
                f"{where}: time {text!r}: {found}; expected times that rise: sort the rows, each time once"
            )
        self._before_us = at_us
        return at_us

    def _seconds(self, where: str, text: str) -> int:
        expected = "seconds, as in the first row"
        at_us = round(_number(where, "time", text, expected) * SECOND_US)
        if not self._from_any_origin and not _FIRST_US <= at_us < _LAST_US:
            raise InputError(
                f"{where}: time {text!r}: not of the years 2000 to 2099, in seconds since 1970 UTC; say when the trace "
                "starts (starts_us), or give dates"
            )
        return at_us

    def _date(self, where: str, text: str) -> int:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise InputError(
                f"{where}: time {text!r}: not a time; expected ISO 8601, as 2027-01-05T21:55:00, or seconds in each row"
            ) from None
        if not 2000 <= moment.year <= 2099:
            raise InputError(f"{where}: time {text!r}: a meter's clock shows the years 2000 to 2099; take one of these")
        if moment.tzinfo is not None:
            return instant_us(moment)
        legal = moment.replace(tzinfo=PARIS)
        if legal.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != moment:
            raise InputError(
                f"{where}: time {text!r}: this hour is skipped by the change to summer time; write legal French time, "
                "or add the offset, as +01:00"
            )
        at_us = instant_us(legal)
        if self._before_us is not None and at_us <= self._before_us:
            return instant_us(legal.replace(fold=1))  # the same, but in the hour that comes twice
        return at_us


def _step_without_gap(table: Table, numbers: list[int], instants_us: list[int], max_gap_s: float) -> int | None:
    """The median step in microseconds; None for a single sample.

    Raises:
        InputError: a step is a gap.
    """
    steps_us = [after - before for before, after in pairwise(instants_us)]
    if not steps_us:
        return None
    median_us = median_low(steps_us)
    limit_us = max(max_gap_s * SECOND_US, _GAP_STEPS * median_us)
    for number, step_us in zip(numbers[1:], steps_us, strict=True):
        if step_us > limit_us:
            raise InputError(
                f"{table.where(number)}: time: {step_us / SECOND_US:g} s after the row before is a gap; expected "
                f"{limit_us / SECOND_US:g} s at most: fill it, or allow it (max_gap_s)"
            )
    return median_us
