# SPDX-License-Identifier: Apache-2.0
"""An attempt on what is published: somebody knows the half hours of a home on some days, and looks for it.

What they know is the distributor's export of these days, or readings: true within a hundredth. On records they take the
one whose curve goes along with theirs best. On groups they do the same, and take one home of it by chance: that is as
well as anybody does who knows the home's tariff. Besides they ask whether the home took part at all: the published
curve of its group is held against the curve that the group would have had without it: by correlation, by distance, and
by what both have that the other groups have not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .cells import Cell
from .mean_days import HomeDays, MeanDays, rounded

__all__ = ["TOLD_APART_MAX", "Attempt", "attempt"]

# assumption: how often a home that took part may look more like it than one that did not; a coin gives 0.5. The
# curves of a group go along with those of its kind whoever took part.
TOLD_APART_MAX = 0.65
SUCCEEDS = 0.9  # of the records that are linked, for the attempt to be worth anything
_NOISE = 0.01
_SEED = 1

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it; shares of the homes.

    Attributes:
        homes: that were looked for.
        linked_records: whose record was found among the pseudonymised ones.
        records_chance: the same, by chance.
        named_homes: who would be named from the public set: its group found, and one of that taken by chance.
        named_chance: the same of somebody who has no curve, and knows the home's tariff, phases and producer.
        told_apart: how often of two homes, one of which took part, the right one is taken for it; a coin gives 0.5.
        bound: of ``named_homes``: 1/k.
    """

    homes: int
    linked_records: float
    records_chance: float
    named_homes: float
    named_chance: float
    told_apart: float
    bound: float

    @property
    def fails(self) -> bool:
        """Whether nobody is found in the public set."""
        return self.named_homes <= min(self.bound, self.named_chance) + 1e-9 and self.told_apart <= TOLD_APART_MAX

    @property
    def is_worth_something(self) -> bool:
        """Whether it finds homes where they can be found."""
        return self.linked_records >= SUCCEEDS


def attempt(homes: Sequence[HomeDays], days: MeanDays, cells: Sequence[Cell], public_w: Array, k: int) -> Attempt:
    """Look for each home.

    Args:
        homes: those of the panel; that of place ``days.places[n]`` is row n of ``days``.
        days: what they draw.
        cells: groups of rows of ``days``.
        public_w: what is published: a row a cell, its columns as those of ``days``.
        k: homes of a group at least.
    """
    rng = np.random.default_rng(_SEED)
    mine = [homes[place] for place in days.places]
    records = [np.concatenate([watts for _, _, watts in home.known]) for home in mine]
    heard = [_about(record, rng) for record in records]
    linked = np.mean([_best(curve, records) == number for number, curve in enumerate(heard)])
    drawn = len(days.days)
    known = [_known_day(home, days, curve) for home, curve in zip(mine, heard, strict=True)]
    group = {row: number for number, cell in enumerate(cells) for row in cell.members}
    named, chance = [], []
    within: list[tuple[float, ...]] = []
    without: list[tuple[float, ...]] = []
    for row, curve in enumerate(known):
        own, size = group[row], len(cells[group[row]].members)
        curves = list(public_w[:, :drawn])
        named.append((_best(curve, curves) == own) / size)
        chance.append(1 / size)
        alone = days.mean_w[[one for one in cells[own].members if one != row]].mean(axis=0)
        usual = np.mean([each for number, each in enumerate(curves) if number != own] or [np.zeros(drawn)], axis=0)
        for seen, published in ((within, curves[own]), (without, rounded(alone)[:drawn])):
            seen.append((*_likeness(curve, published), _likeness(curve - usual, published - usual)[0]))
    told = max(_told_apart(np.array(within)[:, way], np.array(without)[:, way]) for way in range(3))
    return Attempt(
        len(mine), float(linked), 1 / len(mine), float(np.mean(named)), float(np.mean(chance)), float(told), 1 / k
    )


def _about(curve: Array, rng: np.random.Generator) -> Array:
    """What somebody knows of a curve: whole watts, within a hundredth."""
    about: Array = np.rint(curve * (1 + _NOISE * rng.standard_normal(len(curve))))
    return about


def _known_day(home: HomeDays, days: MeanDays, heard: Array) -> Array:
    """The mean day of what is known, as the public set has it; NaN where nothing is."""
    sums, counts = np.zeros((2, 48)), np.zeros((2, 48))
    begin = 0
    for kind, slots, watts in home.known:
        part = heard[begin : begin + len(watts)]
        begin += len(watts)
        told = ~np.isnan(part)
        np.add.at(sums[kind], slots[told], part[told])
        np.add.at(counts[kind], slots[told], 1)
    mean = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return days.of_day(mean)


def _likeness(one: Array, other: Array) -> tuple[float, float]:
    """How well two curves go along, -1 to 1, and how near they are; on what both have."""
    both = ~np.isnan(one) & ~np.isnan(other)
    if both.sum() < 2:
        return 0.0, 0.0
    first, second = one[both] - one[both].mean(), other[both] - other[both].mean()
    size = float(np.sqrt((first @ first) * (second @ second)))
    along = float(first @ second) / size if size > 0 else 0.0
    away = float(np.sqrt(np.mean((one[both] - other[both]) ** 2)))
    return along, -away / (float(np.sqrt(np.mean(one[both] ** 2))) + 1.0)


def _best(curve: Array, curves: Sequence[Array]) -> int:
    """The place of the curve that goes along best."""
    return int(np.argmax([_likeness(curve, each)[0] if len(each) == len(curve) else -1.0 for each in curves]))


def _told_apart(within: Array, without: Array) -> float:
    """How often one that took part is more like it than one that did not."""
    more = within[:, None] - without[None, :]
    return float(np.mean(more > 1e-12) + 0.5 * np.mean(np.abs(more) <= 1e-12))
