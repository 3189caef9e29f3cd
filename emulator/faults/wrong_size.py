# SPDX-License-Identifier: Apache-2.0
"""A known label whose data lost its first digit, with the checksum that fits what is left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from xky.protocol import Mode, encode_group

from ..piece import Expect, Piece
from .fault import altered

__all__ = ["WrongSize"]


@dataclass(frozen=True, slots=True)
class WrongSize:
    """The first data character of ``label`` is missing; the checksum is right, so a receiver may report it."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(piece: Piece) -> Piece:
            assert piece.group is not None
            short = replace(piece.group, value=piece.group.value[1:])
            return Piece(encode_group(short, mode), short, Expect.MAY, "wrong_size")

        return altered(pieces, self.label, change)
