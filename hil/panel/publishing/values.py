# SPDX-License-Identifier: Apache-2.0
"""The values of a public set: means of groups, rounded, and none of them that is of a few homes in truth.

A group of k homes is not enough: of a mean to which one home gives nearly all, or to which the others give nothing, the
number of homes makes that home's curve. So a value stands where no home has more than half of it, as for the group as a
whole, and where the second largest, who knows its own, does not learn the largest. Injection is told of groups in which
all are producers and k of them inject at least, and is 0 where none is one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .cells import DOMINANT, Cell
from .mean_days import MeanDays, rounded

__all__ = ["public_values"]

# The p% rule of statistical offices (Hundepool et al., Handbook on Statistical Disclosure Control, magnitude tables):
# unsafe is where all but the two largest come to less than p of the largest; p = 10 % is an assumption.
_UNKNOWN = 0.1

Array = npt.NDArray[Any]


def public_values(days: MeanDays, cells: Sequence[Cell], k: int) -> Array:
    """What is published, in watts: a row a group, its columns as those of ``days``; NaN where it is withheld.

    Args:
        days: what the homes draw and inject, a row each.
        cells: groups of rows of ``days``.
        k: homes of a group at least.
    """
    drawn = len(days.days)
    values = np.full((len(cells), days.mean_w.shape[1]), np.nan)
    for number, cell in enumerate(cells):
        members = days.mean_w[list(cell.members)]
        told = _hides_each(members)
        told[drawn:] &= _tells_injection(cell, members[:, drawn:], k)
        values[number, told] = rounded(members.mean(axis=0))[told]
    return values


def _hides_each(members_w: Array) -> Array:
    """Of each column whether nobody's part of its sum shows: neither to all, nor to the one who has the second most."""
    second, largest = np.sort(members_w, axis=0)[-2:]
    total = members_w.sum(axis=0)
    hides: Array = (largest <= DOMINANT * total) & (total - largest - second >= _UNKNOWN * largest)
    return hides


def _tells_injection(cell: Cell, injected_w: Array, k: int) -> bool:
    inject = int((injected_w > 0).any(axis=1).sum())
    return (cell.values["producer"] == "yes" and inject >= k) or (cell.values["producer"] == "no" and not inject)
