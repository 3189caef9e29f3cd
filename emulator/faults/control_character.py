# SPDX-License-Identifier: Apache-2.0
"""A group with a control character in its data, such as noise makes of a digit."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode

from ..truth import Expect, Piece
from .fault import place_of

__all__ = ["ControlCharacter"]



@dataclass(frozen=True, slots=True)
class ControlCharacter:
    """A NUL stands in the place of the last but one data character of ``label``; the checksum stays."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        result = list(pieces)
        if place is not None:
            piece = pieces[place]
            data = piece.data[:-5] + b"\x00" + piece.data[-4:]
            result[place] = Piece(data, piece.group, Expect.MUST_NOT, "control_character")
        return result
