# SPDX-License-Identifier: Apache-2.0
"""A character whose parity bit arrived wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode
from xky.protocol.uart import CharacterDefect

from ..truth.piece import Piece
from .fault import TAIL, Fault, place_of, spoiled

__all__ = ["ParityError"]


@dataclass(frozen=True, slots=True)
class ParityError(Fault):
    """The last character of the value of ``label`` has a wrong parity bit, its seven data bits are right.

    A receiver may refuse the group, or let the checksum decide.
    """

    french_name: ClassVar[str] = "erreur de parité"
    french: ClassVar[str] = (
        "Le dernier caractère de la valeur du groupe a un bit de parité faux, ses sept bits de données sont justes."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        return spoiled(pieces, place, [len(pieces[place].data) - TAIL - 1], CharacterDefect.PARITY, self.name)
