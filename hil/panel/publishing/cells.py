# SPDX-License-Identifier: Apache-2.0
"""Groups of homes that are alike: a tree of splits by tariff, producer or phases, none of them of too few homes.

The groups are the leaves of one tree, and no sum above them is published: no two have a home in common, and no
difference of what is published is of fewer homes. A split of which one part would be too small is not made, or its
small values are put together as ``other``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["ANY", "DOMINANT", "OTHER", "QUASI_IDENTIFIERS", "Cell", "Traits", "cells_of"]

QUASI_IDENTIFIERS = ("contract", "producer", "phases")  # first those that come first, where two tell as much
ANY, OTHER = "any", "other"
# assumption: of a group's energy, no home has more than half; the 15/15 rule of energy regulators (15 % of one among 15
# or more) is of the same kind, and cannot hold for groups of five.
DOMINANT = 0.5


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells a home apart, and how much it weighs.

    Attributes:
        values: of each quasi-identifier.
        weight: its mean power, drawn and injected, in watts.
    """

    values: Mapping[str, str]
    weight: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A group.

    Attributes:
        values: of each quasi-identifier: a value, ``other``: those that no group beside it names, or ``any``.
        members: places of its homes in the list that was given.
    """

    values: Mapping[str, str]
    members: tuple[int, ...]


def cells_of(homes: Sequence[Traits], smallest: int, refused: Collection[frozenset[int]] = ()) -> list[Cell]:
    """The finest groups of at least so many homes, sorted by what they are called.

    Nothing is returned where there are too few homes for one group, one of them has too large a share of it, or all of
    them together are refused.

    Args:
        homes: what tells them apart.
        smallest: homes of a group at least.
        refused: sets of members that may not be a group.
    """
    everybody = tuple(range(len(homes)))
    tree = _Tree(homes, smallest, refused)
    if not tree.holds(everybody):
        return []
    cells = tree.split(everybody, dict.fromkeys(QUASI_IDENTIFIERS, ANY), QUASI_IDENTIFIERS)
    return sorted(cells, key=lambda cell: [cell.values[name] for name in QUASI_IDENTIFIERS])


@dataclass(frozen=True, slots=True)
class _Tree:
    homes: Sequence[Traits]
    smallest: int
    refused: Collection[frozenset[int]]

    def split(self, members: tuple[int, ...], values: dict[str, str], names: Sequence[str]) -> list[Cell]:
        """The most leaves that there are below some homes: whichever trait they are split by first.

        Where two traits give as many it is the one named first; where no split can be had, the homes stay together.
        """
        by_trait = {name: self._parts(members, name) for name in names}
        values = values | {name: next(iter(parts)) if len(parts) == 1 else ANY for name, parts in by_trait.items()}
        best = [] if frozenset(members) in self.refused else [Cell(values, members)]
        for name, parts in by_trait.items():
            kept = self._kept(parts) if len(parts) > 1 else {}
            if len(kept) > 1:
                rest = [one for one in names if one != name]
                cells = [self.split(part, values | {name: value}, rest) for value, part in kept.items()]
                found = [cell for each in cells for cell in each] if all(cells) else []
                best = found if len(found) > len(best) else best
        return best

    def _parts(self, members: Sequence[int], name: str) -> dict[str, tuple[int, ...]]:
        """The homes of each value of a trait."""
        parts: dict[str, tuple[int, ...]] = {}
        for place in members:
            value = self.homes[place].values[name]
            parts[value] = (*parts.get(value, ()), place)
        return parts

    def _kept(self, parts: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        """The values that are groups by themselves, and one of all others."""
        kept = {value: part for value, part in sorted(parts.items()) if self.holds(part)}
        others = tuple(sorted({place for value, part in parts.items() if value not in kept for place in part}))
        while others and not self.holds(others) and kept:  # the smallest joins what is too small
            value = min(kept, key=lambda one: (len(kept[one]), one))
            others = tuple(sorted((*others, *kept.pop(value))))
        return kept | ({OTHER: others} if others else {})

    def holds(self, members: Sequence[int]) -> bool:
        """Whether a group is large enough, none of it is most of it, and nobody refused it."""
        weights = [self.homes[place].weight for place in members]
        return (
            len(members) >= self.smallest
            and max(weights, default=0.0) <= DOMINANT * sum(weights)
            and frozenset(members) not in self.refused
        )
