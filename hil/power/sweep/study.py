# SPDX-License-Identifier: Apache-2.0
"""What a sweep is made of: the boards to simulate, under which conditions, and what their results come to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xky.boards.description.board import Board
from xky.emulator.supply import SUPPLIES, Supply
from xky.protocol import InputError, Mode

from ..durations import seconds_of
from ..population import Population
from ..population.population import Array
from .grid import SweepGrid, crossings_of, grid_population
from .monte_carlo import Yield, differences_of, sample_of, sampled_population, yield_of
from .quantity import Varied

__all__ = ["GridStudy", "Study", "SweepConditions", "YieldStudy", "period_of"]

_MOST_BOARDS = 2_000_000  # that a machine has room for


@dataclass(frozen=True)
class SweepConditions:
    """What all boards of a sweep have in common, but for what is varied.

    Attributes:
        board: that is swept; lives on the TIC.
        supply: what it lives on; None: any that just meets the specification.
        supply_name: as it was told.
        mode: of the TIC.
        period_s: from wake to wake; None: the board's own.
        temperatures_c: lowest and highest.
        cycles: of each board at the most.
    """

    board: Board
    supply: Supply | None
    supply_name: str
    mode: Mode
    period_s: float | None
    temperatures_c: tuple[float, float]
    cycles: int

    @property
    def values(self) -> dict[str, Any]:
        """What ``Population`` takes of them."""
        supply = self.supply or SUPPLIES["min_spec"]
        return {
            "open_circuit_v": supply.open_circuit_v, "source_ohm": supply.source_ohm,
            "temperature_c": self.temperatures_c[0], "period_s": self.period_s, "mode": self.mode,
        }  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "board": self.board.id, "supply": self.supply_name, "mode": str(self.mode),
            "period_s": self.period_s, "temperature": self._temperatures, "cycles": self.cycles,
        }  # fmt: skip

    def title(self, what: str) -> str:
        """What was looked at, on one line."""
        period = "" if self.period_s is None else f", every {self.period_s:g} s"
        supply = "any meter within the specification" if self.supply is None else self.supply_name
        return f"{self.board.id} on {supply}, {self.mode} mode{period}, {self._temperatures}: {what}"

    @property
    def _temperatures(self) -> str:
        low_c, high_c = self.temperatures_c
        return f"{low_c:g} °C" if low_c == high_c else f"{low_c:g} to {high_c:g} °C"


class Study:
    """Boards to simulate.

    Args:
        population: of them.
        names: of its columns, for a file of results.
        signed: what tells it from other studies of the same population.
    """

    def __init__(self, population: Population, names: Sequence[str], signed: tuple[object, ...] = ()) -> None:
        self.population, self.names, self.signed = population, names, signed

    @property
    def columns(self) -> Array:
        """What differs between the boards, one row a board."""
        return np.stack(list(self.population.columns.values()), axis=1)


class GridStudy(Study):
    """A grid over one or two quantities.

    Args:
        conditions: of all points.
        varied: the quantities.
    """

    def __init__(self, conditions: SweepConditions, varied: Sequence[Varied]) -> None:
        self._cycles, self._varied = conditions.cycles, varied
        population = grid_population(conditions.board, varied, **conditions.values)
        super().__init__(population, [one.name for one in varied])

    def result(self, results: Array) -> SweepGrid:
        """The grid with its frontier; more boards are simulated to find that."""
        grid = SweepGrid(self._varied, results)
        crossings = crossings_of(self.population, self._varied, grid.of("margin_v"), self._cycles)
        return replace(grid, crossings=crossings)


class YieldStudy(Study):
    """Boards within the tolerances of a build.

    Args:
        conditions: of all boards.
        boards: of the yield; those of Sobol's indices come besides.
        seed: of both.

    Raises:
        InputError: too few or too many boards, or they do not differ in anything.
    """

    def __init__(self, conditions: SweepConditions, boards: int, seed: int) -> None:
        if not 10 <= boards <= _MOST_BOARDS:
            raise InputError(f"--monte-carlo {boards}: expected 10 to {_MOST_BOARDS} boards")
        board = conditions.board
        self._differences = differences_of(
            board, conditions.mode, conditions.temperatures_c, any_meter=conditions.supply is None
        )
        drawn = sample_of(self._differences, boards, seed)
        self._boards, self._seed = boards, seed
        population = sampled_population(board, self._differences, drawn, **conditions.values)
        super().__init__(population, list(population.columns), (boards, seed))

    def result(self, results: Array) -> Yield:
        """The yield, and what the margin depends on."""
        return yield_of(self._differences, results, self._boards, self._seed)


def period_of(told: str | None, board: Board) -> float | None:
    """Seconds of ``--period``.

    Raises:
        InputError: it is no time, or the board never sleeps.
    """
    if told is None:
        return None
    if board.wake is None:
        raise InputError(f"--period: board {board.id} never sleeps, so it has no period; leave it out")
    return seconds_of("--period", told)
