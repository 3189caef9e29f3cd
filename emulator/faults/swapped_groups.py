# SPDX-License-Identifier: Apache-2.0
"""Two groups that changed places."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, place_of

__all__ = ["SwappedGroups"]


@dataclass(frozen=True, slots=True)
class SwappedGroups(Fault):
    """The group of ``label`` comes behind the one that should follow it, where one does."""

    french_name: ClassVar[str] = "groupes permutés"
    french: ClassVar[str] = "Le groupe vient derrière celui qui devrait le suivre, s’il y en a un."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        result, place = list(pieces), place_of(pieces, self.label)
        if place is not None and place + 1 < len(pieces) and pieces[place + 1].group is not None:
            pair = [replace(piece, fault=piece.fault or self.name) for piece in pieces[place : place + 2]]
            result[place : place + 2] = reversed(pair)
        return result
