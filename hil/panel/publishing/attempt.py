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
from .half_hours import DAY_SLOTS
from .likeness import best, likeness, told_apart
from .mean_days import HomeDays, MeanDays, rounded

__all__ = ["TOLD_APART_MAX", "Attacker", "Attempt"]

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
        told_apart_by_group: how often of two homes of a group, one of which took part, the right one is taken for it;
            a coin gives 0.5.
        bound: of ``named_homes``: 1/k.
    """

    homes: int
    linked_records: float
    records_chance: float
    named_homes: float
    named_chance: float
    told_apart_by_group: Sequence[float]
    bound: float

    @property
    def told_apart(self) -> float:
        """The same in the group where it is told best."""
        return max(self.told_apart_by_group)

    @property
    def fails(self) -> bool:
        """Whether nobody is found in the public set."""
        return self.named_homes <= min(self.bound, self.named_chance) + 1e-9 and self.told_apart <= TOLD_APART_MAX

    @property
    def is_worth_something(self) -> bool:
        """Whether it finds homes where they can be found."""
        return self.linked_records >= SUCCEEDS


class Attacker:
    """Somebody who has the half hours of each home on its first days.

    Args:
        homes: those of the panel.
        places: of those that are looked for.
    """

    def __init__(self, homes: Sequence[HomeDays], places: Sequence[int]) -> None:
        rng = np.random.default_rng(_SEED)
        self._homes = [homes[place] for place in places]
        records = [np.concatenate([watts for _, _, watts in home.known]) for home in self._homes]
        self._heard = [_about(record, rng) for record in records]
        length = max(map(len, records))
        linked = best(*(np.array([_filled(one, length) for one in curves]) for curves in (self._heard, records)))
        self._linked = float(np.mean(linked == np.arange(len(records))))

    def on(self, days: MeanDays, cells: Sequence[Cell], public_w: Array, k: int) -> Attempt:
        """What comes of it on some groups.

        Args:
            days: what those homes draw, a row each.
            cells: groups of rows of ``days``.
            public_w: what is published: a row a group, its columns as those of ``days``; NaN where it is withheld.
            k: homes of a group at least.
        """
        drawn = len(days.days)
        pairs = zip(self._homes, self._heard, strict=True)
        known = np.array([_known_day(home, days, curve) for home, curve in pairs])
        public = public_w[:, :drawn].astype(float)
        group = np.zeros(len(known), int)
        for number, cell in enumerate(cells):
            group[list(cell.members)] = number
        sizes = np.array([len(cell.members) for cell in cells])
        named = (best(known, public) == group) / sizes[group]
        within: list[tuple[float, ...]] = []
        without: list[tuple[float, ...]] = []
        sums = np.array([days.mean_w[list(cell.members), :drawn].sum(axis=0) for cell in cells])
        told = ~np.isnan(public)
        filled = np.nan_to_num(public)  # what all have: nothing beside one group
        others = (filled.sum(axis=0) - filled) / np.maximum(told.sum(axis=0) - told, 1)
        for row, curve in enumerate(known):
            own = group[row]
            alone = np.where(told[own], rounded((sums[own] - days.mean_w[row, :drawn]) / (sizes[own] - 1)), np.nan)
            for seen, published in ((within, public[own]), (without, alone)):
                seen.append((*likeness(curve, published), likeness(curve - others[own], published - others[own])[0]))
        ways = [*zip(np.array(within).T, np.array(without).T, strict=True)]
        apart = [
            max(told_apart(took_part[group == number], did_not[group == number]) for took_part, did_not in ways)
            for number in range(len(cells))
        ]
        number = len(known)
        return Attempt(
            number, self._linked, 1 / number, float(named.mean()), float((1 / sizes[group]).mean()), apart, 1 / k
        )


def _about(curve: Array, rng: np.random.Generator) -> Array:
    """What somebody knows of a curve: whole watts, within a hundredth."""
    about: Array = np.rint(curve * (1 + _NOISE * rng.standard_normal(len(curve))))
    return about


def _filled(curve: Array, length: int) -> Array:
    return np.concatenate([curve, np.full(length - len(curve), np.nan)])


def _known_day(home: HomeDays, days: MeanDays, heard: Array) -> Array:
    """The mean day of what is known, as the public set has it; NaN where nothing is."""
    sums, counts = np.zeros((2, DAY_SLOTS)), np.zeros((2, DAY_SLOTS))
    begin = 0
    for kind, slots, watts in home.known:
        part = heard[begin : begin + len(watts)]
        begin += len(watts)
        told = ~np.isnan(part)
        np.add.at(sums[kind], slots[told], part[told])
        np.add.at(counts[kind], slots[told], 1)
    return days.of_day(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))
