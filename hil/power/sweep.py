# SPDX-License-Identifier: Apache-2.0
"""A grid over one or two quantities, and the line on it at which boards begin to brown out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xky.boards.board import Board
from xky.boards.power.description import RUN, SLEEP
from xky.boards.power.phases import phases_of
from xky.protocol import Mode

from .many import live
from .points import PERIOD, Points
from .quantity import Varied
from .rectified import Array
from .results_file import OUTPUTS

__all__ = ["Grid", "frontier_of", "grid_points", "phase_names"]

_ROUNDS, _BETWEEN = 2, 16  # looks between two neighbours of a grid: 256 times as fine


@dataclass(frozen=True)
class Grid:
    """A sweep that has been made.

    Attributes:
        board: that was varied.
        varied: one or two quantities.
        results: one row a point as ``OUTPUTS`` names them; the last quantity goes fastest.
        frontier: see ``frontier_of``.
    """

    board: Board
    varied: Sequence[Varied]
    results: Array
    frontier: Sequence[tuple[float, ...]] = ()

    def of(self, output: str) -> Array:
        """A result over the grid."""
        shape = tuple(len(one.values) for one in self.varied)
        return self.results[:, OUTPUTS.index(output)].reshape(shape)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        start_s = self.of("start_s")
        return {
            "varied": [
                {"name": one.name, "key": one.key, "unit": one.unit, "values": one.values.tolist()} for one in self.varied
            ],
            "margin_v": self.of("margin_v").tolist(),
            "lives": (self.of("lives") > 0).tolist(),
            "start_s": np.where(np.isfinite(start_s), start_s.astype(object), None).tolist(),
            "wake_s": self.of("wake_s").tolist(),
            "frontier": [list(one) for one in self.frontier],
        }


def grid_points(board: Board, varied: Sequence[Varied], **rest: Any) -> Points:
    """The points of a grid; ``rest`` goes to ``Points``."""
    meshes = np.meshgrid(*(one.values for one in varied), indexing="ij")
    columns = {one.key: mesh.reshape(-1) for one, mesh in zip(varied, meshes, strict=True)}
    return Points(board, meshes[0].size, columns, **rest)


def phase_names(board: Board, mode: Mode) -> list[str]:
    """The states of a cycle in their order."""
    names = [phase.load for phase in phases_of(board, mode)]
    return [*names, SLEEP] if names else [RUN]


def frontier_of(points: Points, varied: Sequence[Varied], margin_v: Array, cycles: int) -> list[tuple[float, ...]]:
    """Where the margin changes its sign, finer than the grid: a value of each quantity.

    With two quantities one that is the period is looked for over each value of the other one; else the first is
    looked for over each value of the second.

    Args:
        points: of the grid.
        varied: its quantities.
        margin_v: over the grid.
        cycles: of each board.
    """
    sought = 1 if len(varied) == 2 and varied[1].key == PERIOD else 0
    values = varied[sought].values
    rows = np.moveaxis(margin_v, sought, -1).reshape(-1, len(values))
    row, place = np.nonzero((rows[:, 1:] > 0) != (rows[:, :-1] > 0))
    if not len(row):
        return []
    others = {one.key: one.values[row] for k, one in enumerate(varied) if k != sought}
    low, high = values[place], values[place + 1]
    at_low, at_high = rows[row, place], rows[row, place + 1]
    for _ in range(_ROUNDS):
        shares = np.linspace(0.0, 1.0, _BETWEEN + 1)[:, None]
        tried = low + (high - low) * shares
        found = _margins_of(points, others | {varied[sought].key: tried[1:-1]}, cycles)
        found = np.vstack([at_low, found, at_high])
        first = np.argmax((found[1:] > 0) != (found[:-1] > 0), axis=0)[None]
        low, high = (np.take_along_axis(tried, first + k, axis=0)[0] for k in range(2))
        at_low, at_high = (np.take_along_axis(found, first + k, axis=0)[0] for k in range(2))
    zeros = low + (high - low) * at_low / (at_low - at_high)
    columns = [others[one.key] if k != sought else zeros for k, one in enumerate(varied)]
    return [tuple(one) for one in np.stack(columns, axis=1).tolist()]


def _margins_of(points: Points, columns: Mapping[str, Array], cycles: int) -> Array:
    """Margins of other points of the same sweep; each column has rows, or one row that is taken for all."""
    shape = np.broadcast_shapes(*(values.shape for values in columns.values()))
    flat = {key: np.broadcast_to(values, shape).reshape(-1) for key, values in columns.items()}
    return live(replace(points, columns=flat, count=int(np.prod(shape))), cycles).margin_v.reshape(shape)
