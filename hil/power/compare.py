# SPDX-License-Identifier: Apache-2.0
"""Two revisions of a board on the same supply: what each does, and in which values they differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xky.boards.description.board import Board
from xky.boards.power.analysis import Analysis, analyse
from xky.emulator.supply import HIGHEST, Supply
from xky.protocol import InputError, Mode

__all__ = ["Compared", "Comparison", "compare"]

_TABLES = ("power", "wake", "listen")  # of a board's file, that its power depends on


@dataclass(frozen=True, slots=True)
class Compared:
    """One property of both.

    Attributes:
        name: of it.
        unit: of the values; empty for words.
        values: of one board and the other; None: there is none.
    """

    name: str
    unit: str
    values: tuple[float | str | None, float | str | None]

    @property
    def difference(self) -> float | None:
        """What the second has more; None where one is no number."""
        first, second = self.values
        if isinstance(first, str) or isinstance(second, str) or first is None or second is None:
            return None
        return second - first

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"name": self.name, "unit": self.unit, "values": list(self.values), "difference": self.difference}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two boards on one supply.

    Attributes:
        boards: both.
        analyses: of them.
        rows: what they do.
        parts: values of their files that are not the same.
    """

    boards: tuple[Board, Board]
    analyses: tuple[Analysis, Analysis]
    rows: tuple[Compared, ...]
    parts: tuple[Compared, ...]


def compare(
    first: Board, second: Board, supply: Supply, *, mode: Mode | None = None, period_s: float | None = None
) -> Comparison:
    """Look at both.

    Args:
        first: a revision.
        second: another one.
        supply: that both live on.
        mode: of the TIC; None takes the last that both read.
        period_s: of both; None takes what each does by itself.

    Raises:
        InputError: one has no power described, they read no common mode, or a wake is longer than the period.
    """
    common = [one for one in second.modes if one in first.modes]
    for board in (first, second):
        if mode is not None and mode not in board.modes:
            raise InputError(f"--mode {mode}: board {board.id} does not read it; it reads {', '.join(board.modes)}")
    if mode is None:
        if not common:
            raise InputError(f"boards {first.id} and {second.id}: read no TIC mode in common; give boards that do")
        mode = common[-1]
    one, other = (
        analyse(board, supply, highest=HIGHEST, mode=mode, period_s=period_s if board.wake is not None else None)
        for board in (first, second)
    )
    rows = tuple(
        Compared(name, unit, (value, after))
        for (name, unit, value), (_, _, after) in zip(_rows(one), _rows(other), strict=True)
    )
    return Comparison((first, second), (one, other), rows, tuple(_parts(first, second)))


def _rows(found: Analysis) -> Iterator[tuple[str, str, float | str | None]]:
    cold, energy = found.cold, found.per_reading
    lives = "refused" if found.refused else "yes" if found.lives else "no"
    yield "lives on this supply", "", lives
    yield "why not", "", found.refused or (cold.trouble if cold is not None else "")
    yield "first wake after a cold start", "s", None if cold is None else cold.start_s
    yield "first reading after a cold start", "s", None if cold is None else cold.reading_s
    yield "brown-outs before", "", None if cold is None else float(cold.resets)
    yield "period", "s", found.period_s or None
    yield "shortest period that lasts", "s", found.min_period_s
    yield "a wake lasts", "s", None if found.cycle is None else found.cycle.wake_s
    yield "margin over brown-out", "V", found.margin_v
    yield "voltage when a wake begins, in the long run", "V", found.settled_v
    yield "mean power taken", "mW", 1e3 * found.needs_w
    yield "most power that the supply gives", "mW", 1e3 * found.offered_w
    yield "to the rail, a period", "J", None if energy is None else energy.delivered_j
    yield "out of the meter, a period", "J", None if energy is None else energy.source_j
    exceeded = "; ".join(f"{one.part}: {one.what} {one.borne:.3g} over {one.rated:.3g}" for one in found.exceeded)
    yield "ratings exceeded", "", exceeded or "none"


def _parts(first: Board, second: Board) -> Iterator[Compared]:
    before, after = ({key: value for table in _TABLES for key, value in _flat(table, board.model_dump()[table])}
                     for board in (first, second))  # fmt: skip
    for key in dict.fromkeys([*before, *after]):
        values = before.get(key), after.get(key)
        if values[0] != values[1]:
            yield Compared(key, "", values)


def _flat(name: str, value: Any) -> Iterator[tuple[str, float | str | None]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield name, value
    else:
        yield name, str(value)
