# SPDX-License-Identifier: Apache-2.0
"""A group in which one bit of one data digit was turned over on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode

from ..truth import Expect, Piece
from .fault import place_of

__all__ = ["AlteredDigit"]


@dataclass(frozen=True, slots=True)
class AlteredDigit:
    """One digit of the data of ``label`` becomes another digit; the checksum stays that of the true data."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        result = list(pieces)
        if place is not None:
            piece = pieces[place]
            data = bytearray(piece.data)
            first_of_tail = len(data) - 3 - 2  # the last two digits of the data, before separator, checksum, CR
            where = rng.choice([n for n in range(first_of_tail, len(data) - 3) if chr(data[n]).isdigit()])
            data[where] = ord("0") + ((data[where] - ord("0")) ^ 1)
            result[place] = Piece(bytes(data), piece.group, Expect.MUST_NOT, "altered_digit")
        return result
