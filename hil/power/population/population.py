# SPDX-License-Identifier: Apache-2.0
"""Many boards of one build: a board's file with arrays in the place of some of its values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xky.boards.description.board import Board
from xky.boards.description.parts import ROOM_C
from xky.boards.description.phases import WakePhase, phases_of
from xky.protocol import InputError, Mode

__all__ = [
    "LASTS",
    "OPEN_CIRCUIT",
    "PERIOD",
    "SOURCE",
    "TEMPERATURE",
    "Array",
    "Population",
    "changed_board",
    "value_of",
]

Array = NDArray[np.float64]  # one element a board

OPEN_CIRCUIT, SOURCE = "supply.open_circuit_v", "supply.source_ohm"
TEMPERATURE, PERIOD = "temperature_c", "period_s"
LASTS = "lasts."  # and a load's name: factor of how long it lasts
_DIODE = "power.rectifier.diode."


@dataclass(frozen=True)
class Population:
    """Boards that differ in some values.

    Attributes:
        board: that all of them are but for ``columns``.
        count: of boards.
        columns: values of each board, by dotted key of the board's file (``power.capacitor.esr_ohm``),
            ``supply.open_circuit_v``, ``supply.source_ohm``, ``temperature_c``, ``period_s``, or ``lasts.`` and a
            load for the factor of its duration.
        open_circuit_v: of the supply, where ``columns`` has none.
        source_ohm: likewise.
        temperature_c: of all parts, likewise.
        period_s: from wake to wake, likewise; None: what the board's file says.
        mode: of the TIC.
    """

    board: Board
    count: int
    columns: Mapping[str, Array]
    open_circuit_v: float
    source_ohm: float
    temperature_c: float = ROOM_C
    period_s: float | None = None
    mode: Mode = Mode.STANDARD

    def take(self, which: Any) -> "Population":
        """Some of them: indexes, or a slice."""
        some = {key: values[which] for key, values in self.columns.items()}
        count = len(np.arange(self.count)[which])
        return replace(self, columns=some, count=count)

    def __call__(self, key: str) -> Array:
        """The values of a key, one a board."""
        if key in self.columns:
            return self.columns[key]
        rest = {OPEN_CIRCUIT: self.open_circuit_v, SOURCE: self.source_ohm, TEMPERATURE: self.temperature_c}
        return np.full(self.count, float(rest[key] if key in rest else value_of(self.board, key)))

    def diodes(self) -> tuple[Array, Array]:
        """N·kT/q and IS of one diode of each board, at its temperature."""
        assert self.board.power is not None and self.board.power.rectifier is not None
        diode = self.board.power.rectifier.diode
        keys = [TEMPERATURE, *(key for key in self.columns if key.startswith(_DIODE))]
        rows, place = np.unique(np.stack([self(key) for key in keys]), axis=1, return_inverse=True)
        found = []
        for temperature_c, *values in rows.T.tolist():
            told = {key.removeprefix(_DIODE): value for key, value in zip(keys[1:], values, strict=True)}
            one = diode.model_copy(update=told)
            found.append((one.thermal_v(temperature_c), one.saturation_at(temperature_c)))
        thermal_v, saturation_a = np.array(found)[place.reshape(-1)].T
        return thermal_v, saturation_a

    def phases(self) -> Sequence[tuple[str, Array]]:
        """Loads of a wake in their order, and how long each lasts; of a board that never sleeps there are none."""
        keys = [key for key in self.columns if not key.startswith("power.") or key.startswith("power.lora.")]
        keys = [key for key in keys if key.split(".")[0] in type(self.board).model_fields]
        if not keys:
            return [(one.load, self._lasting(one)) for one in phases_of(self.board, self.mode)]
        rows, place = np.unique(np.stack([self(key) for key in keys]), axis=1, return_inverse=True)
        of_rows = []
        for row in rows.T.tolist():
            board = changed_board(self.board, dict(zip(keys, row, strict=True)))
            of_rows.append({one.load: one for one in phases_of(board, self.mode)})
        found = []
        for load in reduce(lambda seen, row: seen | dict.fromkeys(row), of_rows, dict[str, None]()):
            lasts = [row[load].duration_s if load in row else 0.0 for row in of_rows]
            found.append((load, np.array(lasts)[place.reshape(-1)] * self._factor(load)))
        return found

    def _lasting(self, phase: WakePhase) -> Array:
        return phase.duration_s * self._factor(phase.load)

    def _factor(self, load: str) -> Array:
        return self.columns.get(LASTS + load, np.ones(self.count))


def value_of(board: Board, key: str) -> Any:
    """The value of a dotted key of a board's file.

    Raises:
        InputError: there is none.
    """
    found: Any = board
    for name in key.split("."):
        missing = InputError(f"{key}: board {board.id} has no such value")
        if isinstance(found, dict):
            if name not in found:
                raise missing
            found = found[name]
        elif found is None or name not in getattr(type(found), "model_fields", {}):
            raise missing
        else:
            found = getattr(found, name)
    return found


def changed_board(board: Board, values: Mapping[str, Any]) -> Board:
    """The board with other values at some dotted keys, checked against the schema.

    Raises:
        pydantic.ValidationError: the schema refuses one.
    """
    told = board.model_dump()
    for key, value in values.items():
        *way, last = key.split(".")
        table = reduce(lambda table, name: table[name], way, told)
        kept = table.get(last)
        table[last] = int(value) if isinstance(kept, int) and float(value).is_integer() else value
    return Board.model_validate(told)
