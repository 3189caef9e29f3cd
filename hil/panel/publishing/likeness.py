# SPDX-License-Identifier: Apache-2.0
"""How like two curves are: whether they go along, and how near they are; NaN where one is not known."""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["along", "best", "likeness", "told_apart"]

Array = npt.NDArray[Any]


def likeness(one: Array, other: Array) -> tuple[float, float]:
    """How well two curves go along, -1 to 1, and how near they are, 0 for the same; on what both have.

    Of one value alone nothing goes along, and it may still be near.
    """
    both = ~np.isnan(one) & ~np.isnan(other)
    if not both.any():
        return 0.0, 0.0
    first, second = one[both] - one[both].mean(), other[both] - other[both].mean()
    size = float(np.sqrt((first @ first) * (second @ second)))
    apart = float(np.sqrt(np.mean((one[both] - other[both]) ** 2)))
    return float(first @ second) / size if size > 0 else 0.0, -apart / (float(np.sqrt(np.mean(one[both] ** 2))) + 1.0)


def along(curves: Array, others: Array) -> Array:
    """How well each of some curves (rows) goes along with each of others (columns); on what the first has."""
    found = np.zeros((len(curves), len(others)))
    known = ~np.isnan(curves)
    for pattern in np.unique(known, axis=0):
        rows = np.nonzero((known == pattern).all(axis=1))[0]
        if pattern.any():
            found[rows] = _unit(curves[rows][:, pattern]) @ _unit(others[:, pattern]).T
    return found


def _unit(curves: Array) -> Array:
    with np.errstate(invalid="ignore"):
        middle = np.nansum(curves, axis=1) / np.maximum((~np.isnan(curves)).sum(axis=1), 1)
    centred = np.nan_to_num(curves - middle[:, None])
    sizes = np.linalg.norm(centred, axis=1)
    unit: Array = centred / np.where(sizes > 0, sizes, 1.0)[:, None]
    return unit


def best(curves: Array, others: Array) -> Array:
    """The place of the one of the others that goes along best with each curve."""
    places: Array = np.argmax(along(curves, others), axis=1)
    return places


def told_apart(within: Array, without: Array) -> float:
    """How often one of the first is more than one of the second; a tie is half."""
    more = within[:, None] - without[None, :]
    return float(np.mean(more > 1e-12) + 0.5 * np.mean(np.abs(more) <= 1e-12))
