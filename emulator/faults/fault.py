# SPDX-License-Identifier: Apache-2.0
"""What a fault is: a change of the pieces of one frame, and of what a receiver must make of them."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol

from xky.protocol import Mode

from ..truth import Piece

__all__ = ["Fault", "altered", "place_of"]


class Fault(Protocol):
    """One disturbance; a frozen dataclass in a file of its own, so that scenarios can name it."""

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        """The pieces as they go onto the line.

        Args:
            pieces: STX, groups and ETX as the meter made them, or as an earlier fault left them.
            mode: of the meter.
            rng: the line's; take all chance from here.
        """
        ...


def place_of(pieces: Sequence[Piece], label: str) -> int | None:
    """Where the group of that label lies, None where this frame has none."""
    for place, piece in enumerate(pieces):
        if piece.group is not None and piece.group.label == label:
            return place
    return None


def altered(pieces: Sequence[Piece], label: str, change: Callable[[Piece], Piece]) -> list[Piece]:
    """The pieces with the group of that label changed; all as they were where this frame has none."""
    place = place_of(pieces, label)
    result = list(pieces)
    if place is not None:
        result[place] = change(pieces[place])
    return result
