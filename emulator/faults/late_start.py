# SPDX-License-Identifier: Apache-2.0
"""A line that was live before somebody listened."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode

from ..truth.piece import Piece, weakened
from .fault import Fault, place_of, with_data

__all__ = ["LateStart"]


@dataclass(frozen=True, slots=True)
class LateStart(Fault):
    """All before the middle of the group of ``label`` is missing, as for a receiver that is plugged in just then.

    Without an STX, what remains may be reported or lost; nothing may be made of the half group.
    """

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        half = len(pieces[place].data) // 2
        cut = with_data(pieces, place, pieces[place].data[half:], mode, self.name)
        return weakened(cut[place:])
