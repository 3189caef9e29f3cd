# SPDX-License-Identifier: Apache-2.0
"""A grid over one or two quantities, and the line on it at which boards begin to brown out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from xky.boards.description.board import Board

from ..population import Population, simulate_population
from ..population.population import PERIOD, Array
from .quantity import Varied
from .results_file import OUTPUTS

__all__ = ["SweepGrid", "crossings_of", "grid_population"]

_ROUNDS, _BETWEEN = 2, 16  # looks between two neighbours of a grid: 256 times as fine

_Place = tuple[float, float]


@dataclass(frozen=True)
class SweepGrid:
    """A sweep that has been made.

    Attributes:
        varied: one or two quantities.
        results: one row a point as ``OUTPUTS`` names them; the last quantity goes fastest.
        crossings: see ``crossings_of``.
    """

    varied: Sequence[Varied]
    results: Array
    crossings: Sequence[Array] = ()

    @property
    def frontier(self) -> list[tuple[float, ...]]:
        """Where the margin is zero: a value of each quantity.

        With two quantities one that is the period is looked for over each value of the other one; else the first
        is looked for over each value of the second.
        """
        if len(self.varied) == 1:
            (zeros,) = self.crossings
            return [(value,) for value in zeros[~np.isnan(zeros)].tolist()]
        sought = 1 if self.varied[1].key == PERIOD else 0
        zeros = np.moveaxis(self.crossings[sought], sought, -1)
        row, place = np.nonzero(~np.isnan(zeros))
        given = self.varied[1 - sought].values[row].tolist()
        pairs = zip(given, zeros[row, place].tolist(), strict=True)
        return [pair if sought else pair[::-1] for pair in pairs]

    def cells(self) -> tuple[list[list[_Place]], list[tuple[_Place, _Place]]]:
        """Of two quantities, for a map: the areas without a margin, and the pieces of the line around them."""
        x, y = (one.values.tolist() for one in self.varied)
        down = (self.of("margin_v") <= 0).tolist()
        along_x, along_y = (zeros.tolist() for zeros in self.crossings)
        areas: list[list[_Place]] = []
        pieces: list[tuple[_Place, _Place]] = []
        for i in range(len(x) - 1):
            for j in range(len(y) - 1):
                around = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
                zeros = [(along_x[i][j], y[j]), (x[i + 1], along_y[i + 1][j]), (along_x[i][j + 1], y[j + 1]),
                         (x[i], along_y[i][j])]  # fmt: skip
                area, ends = [], []
                for k, (a, b) in enumerate(around):
                    if down[a][b]:
                        area.append((x[a], y[b]))
                    c, d = around[(k + 1) % 4]
                    if down[a][b] != down[c][d]:
                        area.append(zeros[k])
                        ends.append(zeros[k])
                if area:
                    areas.append(area)
                pieces += zip(ends[::2], ends[1::2], strict=True)
        return areas, pieces

    def of(self, output: str) -> Array:
        """A result over the grid."""
        shape = tuple(len(one.values) for one in self.varied)
        return self.results[:, OUTPUTS.index(output)].reshape(shape)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "varied": [
                {"name": one.name, "key": one.key, "unit": one.unit, "values": one.values.tolist()}
                for one in self.varied
            ],
            "margin_v": self.of("margin_v").tolist(),
            "lives": (self.of("lives") > 0).tolist(),
            "start_s": _finite(self.of("start_s").tolist()),
            "wake_s": self.of("wake_s").tolist(),
            "frontier": [list(one) for one in self.frontier],
        }


def _finite(values: Any) -> Any:
    """Lists of numbers, for JSON: in the place of an infinite one there is none."""
    if isinstance(values, list):
        return [_finite(value) for value in values]
    return values if isfinite(values) else None


def grid_population(board: Board, varied: Sequence[Varied], **rest: Any) -> Population:
    """The boards at the points of a grid; ``rest`` goes to ``Population``."""
    meshes = np.meshgrid(*(one.values for one in varied), indexing="ij")
    columns = {one.key: mesh.reshape(-1) for one, mesh in zip(varied, meshes, strict=True)}
    return Population(board, meshes[0].size, columns, **rest)


def crossings_of(population: Population, varied: Sequence[Varied], margin_v: Array, cycles: int) -> list[Array]:
    """Where the margin changes its sign between neighbours of a grid, much finer than the grid.

    Args:
        population: of the grid.
        varied: its quantities.
        margin_v: over the grid.
        cycles: of each board.

    Returns:
        For each quantity its value between each two neighbours along it; NaN where the sign does not change.
    """
    return [_crossings(population, varied, margin_v, axis, cycles) for axis in range(len(varied))]


def _crossings(population: Population, varied: Sequence[Varied], margin_v: Array, axis: int, cycles: int) -> Array:
    values = varied[axis].values
    rows = np.moveaxis(margin_v, axis, -1)
    found = np.full((*rows.shape[:-1], len(values) - 1), np.nan)
    changes = np.nonzero((rows[..., 1:] > 0) != (rows[..., :-1] > 0))
    *row, place = changes
    if len(place):
        others = {one.key: one.values[row[0]] for k, one in enumerate(varied) if k != axis}
        low, high = values[place], values[place + 1]
        at_low, at_high = rows[(*row, place)], rows[(*row, place + 1)]
        for _ in range(_ROUNDS):
            tried = low + (high - low) * np.linspace(0.0, 1.0, _BETWEEN + 1)[:, None]
            between_v = _margins_of(population, others | {varied[axis].key: tried[1:-1]}, cycles)
            tried_v = np.vstack([at_low, between_v, at_high])
            first = np.argmax((tried_v[1:] > 0) != (tried_v[:-1] > 0), axis=0)[None]
            low, high = (np.take_along_axis(tried, first + k, axis=0)[0] for k in range(2))
            at_low, at_high = (np.take_along_axis(tried_v, first + k, axis=0)[0] for k in range(2))
        found[changes] = low + (high - low) * at_low / (at_low - at_high)
    return np.moveaxis(found, -1, axis)


def _margins_of(population: Population, columns: Mapping[str, Array], cycles: int) -> Array:
    """Margins of other points of the same sweep; each column has rows, or one row that is taken for all."""
    shape = np.broadcast_shapes(*(values.shape for values in columns.values()))
    flat = {key: np.broadcast_to(values, shape).reshape(-1) for key, values in columns.items()}
    return simulate_population(replace(population, columns=flat, count=int(np.prod(shape))), cycles).margin_v.reshape(
        shape
    )
