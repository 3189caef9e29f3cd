# SPDX-License-Identifier: Apache-2.0
"""A group in which one bit of one letter of its label was turned over on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode

from ..truth import Expect, Piece
from .fault import altered

__all__ = ["AlteredLabel"]

_TURNED = 0x10  # F becomes V: still a capital, as in the field


@dataclass(frozen=True, slots=True)
class AlteredLabel:
    """The last letter of ``label`` has bit 4 turned over; data and checksum stay."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(piece: Piece) -> Piece:
            data = bytearray(piece.data)
            letters = [n for n, character in enumerate(self.label, 1) if character.isalpha()]
            data[letters[-1]] ^= _TURNED
            return Piece(bytes(data), piece.group, Expect.MUST_NOT, "altered_label")

        return altered(pieces, self.label, change)
