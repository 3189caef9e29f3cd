# SPDX-License-Identifier: Apache-2.0
"""What a sweep varies: short names and dotted keys, ranges with units, spacings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from pydantic import ValidationError

from xky.boards.description.board import Board
from xky.protocol import InputError

from ..durations import seconds_of
from ..population.population import (
    OPEN_CIRCUIT,
    PERIOD,
    SOURCE,
    TEMPERATURE,
    Array,
    changed_board,
    value_of,
)
from ..units import scaled_unit, unit_of

__all__ = ["ALIASES", "Varied", "temperatures_of", "varied_of"]

ALIASES = {
    "cap_f": "power.capacitor.capacitance_f",
    "esr_ohm": "power.capacitor.esr_ohm",
    "leakage_a": "power.capacitor.leakage_a",
    "period": PERIOD,
    "voc_v": OPEN_CIRCUIT,
    "source_ohm": SOURCE,
    "temperature_c": TEMPERATURE,
}
_LOAD = re.compile(r"load\.(\w+)\.(\w+)")
_RANGES = {OPEN_CIRCUIT: (0.01, 100.0), SOURCE: (0.1, inf), PERIOD: (0.01, inf), TEMPERATURE: (-60.0, 150.0)}
_TITLES = {
    "cap_f": "capacitance", "esr_ohm": "ESR", "leakage_a": "leakage", "period": "period",
    "voc_v": "open-circuit voltage (rms)", "source_ohm": "source resistance", "temperature_c": "temperature",
}  # fmt: skip
_MOST_POINTS = 100_000


@dataclass(frozen=True)
class Varied:
    """One quantity of a sweep.

    Attributes:
        name: as it was told.
        key: see ``Population``.
        values: ascending.
        log: they are spaced by a factor.
    """

    name: str
    key: str
    values: Array
    log: bool

    @property
    def unit(self) -> str:
        """Of the values; empty where the key's name tells none."""
        return unit_of(self.key)

    @property
    def scale(self) -> tuple[float, str]:
        """What its values are multiplied by where people see them, and the unit they have then: mA, not A."""
        return scaled_unit(float(self.values[-1]), self.unit)

    @property
    def title(self) -> str:
        """For the axis of a plot and the head of a column, with the unit of ``scale``."""
        title, unit = _TITLES.get(self.name, self.name), self.scale[1]
        return f"{title} ({unit})" if unit else title


def varied_of(told: Sequence[str], board: Board, points: int) -> list[Varied]:
    """The quantities of ``--vary NAME=LOW:HIGH[:lin|log]``.

    Args:
        told: one or two of them.
        board: that they are of.
        points: values of each.

    Raises:
        InputError: an unknown name, a range that is none, or one that the board's schema refuses.
    """
    if not 2 <= points <= _MOST_POINTS:
        raise InputError(f"--points {points}: expected 2 to {_MOST_POINTS}")
    if len(told) > 2:
        raise InputError(f"--vary: given {len(told)} times; vary one or two quantities")
    found = [_varied(one, board, points) for one in told]
    if len({one.key for one in found}) < len(found):
        raise InputError(f"--vary {found[1].name}: varied twice; give two quantities that differ")
    if board.wake is None and any(one.key == PERIOD for one in found):
        raise InputError(f"--vary period: board {board.id} never sleeps, so it has no period; vary something else")
    return found


def _varied(told: str, board: Board, points: int) -> Varied:
    name, equals, range_told = told.partition("=")
    name = name.strip()
    low_told, *more = range_told.split(":")
    if not equals or not 1 <= len(more) <= 2 or more[1:] not in ([], ["lin"], ["log"]):
        raise InputError(f"--vary {told}: expected NAME=LOW:HIGH or NAME=LOW:HIGH:log, as cap_f=0.2:2.0")
    key = _key_of(name, board)
    low, high = (_number(f"--vary {told}", one, key) for one in (low_told, more[0]))
    if not low < high:
        raise InputError(f"--vary {told}: the range has no width; give the smaller value first, as cap_f=0.2:2.0")
    log = more[1:] == ["log"]
    if log and low <= 0:
        raise InputError(f"--vary {told}: a log spacing needs values over 0; begin higher, or leave :log out")
    values = np.geomspace(low, high, points) if log else np.linspace(low, high, points)
    if key not in _RANGES and isinstance(value_of(board, key), int):
        values = np.unique(values.round())
    _check_range(told, board, key, (low, high))
    return Varied(name, key, values, log)


def _key_of(name: str, board: Board) -> str:
    load = _LOAD.fullmatch(name)
    key = ALIASES.get(name) or (f"power.loads.{load[1]}.{load[2]}" if load else name)
    if key in _RANGES:
        return key
    try:
        value = value_of(board, key)
    except InputError:
        loads = ", ".join(board.power.loads) if board.power else "none"
        raise InputError(
            f"--vary {name}: no such quantity of board {board.id}; known: {', '.join(ALIASES)}, load.NAME.current_a "
            f"(NAME: {loads}), or a dotted key of the board's file, as power.capacitor.esr_ohm"
        ) from None
    if value is None:
        raise InputError(f"--vary {name}: board {board.id} gives no value to it; write one into its file first")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"--vary {name}: is no number on board {board.id}; vary one that is")
    return key


def _check_range(told: str, board: Board, key: str, ends: tuple[float, float]) -> None:
    if key in _RANGES:
        low, high = _RANGES[key]
        if not low <= ends[0] <= ends[1] <= high:
            limit = f"{low:g} or more" if high == inf else f"{low:g} to {high:g}"
            raise InputError(f"--vary {told}: expected values of {limit}")
        return
    for value in ends:
        try:
            changed_board(board, {key: value})
        except ValidationError as error:
            why = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise InputError(f"--vary {told}: {value:g} is no value for {key} ({why}); give another range") from None


def _number(what: str, told: str, key: str) -> float:
    if key == PERIOD:
        return seconds_of(what, told)
    try:
        value = float(told)
    except ValueError:
        value = inf
    if not isfinite(value):
        raise InputError(f"{what}: {told!r} is no number; write it as 0.2 or 20e-6")
    return value


def temperatures_of(told: str) -> tuple[float, float]:
    """Lowest and highest of ``27`` or ``-10:50``, degrees Celsius.

    Raises:
        InputError: it is neither, or outside -60 to 150.
    """
    low, high = _RANGES[TEMPERATURE]
    try:
        ends = [float(one) for one in told.split(":")]
    except ValueError:
        ends = []
    if len(ends) not in (1, 2) or not low <= ends[0] <= ends[-1] <= high:
        raise InputError(f"--temperature {told}: expected degrees Celsius, {low:g} to {high:g}, as 27 or -10:50")
    return ends[0], ends[-1]
