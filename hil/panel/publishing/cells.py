# SPDX-License-Identifier: Apache-2.0
"""Groups of homes that are alike: a tree of splits by tariff, producer and phases, none of them of too few homes.

The groups are the leaves of one tree, and no sum above them is published: no two have a home in common, and no
difference of what is published is of fewer homes. A split of which one part would be too small is not made, or its
small values are put together as ``other``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["ANY", "DOMINANT", "OTHER", "QUASI_IDENTIFIERS", "Cell", "Traits", "cells_of"]

QUASI_IDENTIFIERS = ("contract", "producer", "phases")  # in the order in which groups are split
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


def cells_of(homes: Sequence[Traits], smallest: int) -> list[Cell]:
    """The finest groups of at least so many homes, sorted by what they are called.

    Nothing is returned where there are too few homes for one group, or one of them has too large a share of it.
    """
    everybody = tuple(range(len(homes)))
    if not _holds(homes, everybody, smallest):
        return []
    cells = _split(homes, everybody, dict.fromkeys(QUASI_IDENTIFIERS, ANY), QUASI_IDENTIFIERS, smallest)
    return sorted(cells, key=lambda cell: [cell.values[name] for name in QUASI_IDENTIFIERS])


def _split(
    homes: Sequence[Traits], members: tuple[int, ...], values: dict[str, str], names: Sequence[str], smallest: int
) -> list[Cell]:
    if not names:
        return [Cell(values, members)]
    name, rest = names[0], names[1:]
    parts: dict[str, tuple[int, ...]] = {}
    for place in members:
        value = homes[place].values[name]
        parts[value] = (*parts.get(value, ()), place)
    kept = {value: part for value, part in sorted(parts.items()) if _holds(homes, part, smallest)}
    others = tuple(sorted(set(members) - {place for part in kept.values() for place in part}))
    while others and not _holds(homes, others, smallest) and kept:  # the smallest joins what is too small
        value = min(kept, key=lambda one: (len(kept[one]), one))
        others = tuple(sorted((*others, *kept.pop(value))))
    if others:
        kept[OTHER] = others
    if len(kept) < 2:
        said = next(iter(parts)) if len(parts) == 1 else ANY  # all are alike, or nothing is told of it
        return _split(homes, members, values | {name: said}, rest, smallest)
    return [
        cell for value, part in kept.items() for cell in _split(homes, part, values | {name: value}, rest, smallest)
    ]


def _holds(homes: Sequence[Traits], members: Sequence[int], smallest: int) -> bool:
    """Whether a group is large enough, and none of it is most of it."""
    weights = [homes[place].weight for place in members]
    return len(members) >= smallest and max(weights, default=0.0) <= DOMINANT * sum(weights)
