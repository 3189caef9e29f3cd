# SPDX-License-Identifier: Apache-2.0
"""A known label whose data lost its first digit, with the checksum that fits what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Group, Mode, encode_group

from ..truth import Expect, Piece
from .fault import place_of

__all__ = ["WrongSize"]


@dataclass(frozen=True, slots=True)
class WrongSize:
    """The first data character of ``label`` is missing; the checksum is right, so a receiver may report it."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        result = list(pieces)
        if place is not None and (meant := pieces[place].group) is not None:
            short = Group(meant.label, meant.value[1:], meant.timestamp)
            result[place] = Piece(encode_group(short, mode), short, Expect.MAY, "wrong_size")
        return result
