# SPDX-License-Identifier: Apache-2.0
"""A frame that is longer than any."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Group, Mode, encode_group
from xky.protocol.mode import ETX

from ..truth.piece import Expect, Piece, weakened
from .fault import Fault

__all__ = ["EndlessFrame"]


@dataclass(frozen=True, slots=True)
class EndlessFrame(Fault):
    """Small groups with unknown labels fill the frame up to ``length`` characters before ETX comes.

    The longest frame of a Linky has 1 727 characters, and of no more than 90 groups. Whatever was sent before may be
    lost by a receiver whose memory ends, for characters or for groups; the next frame must be read.
    """

    french_name: ClassVar[str] = "trame sans fin"
    french: ClassVar[str] = (
        "De petits groupes aux étiquettes inconnues remplissent la trame jusqu’à « longueur » caractères avant l’ETX."
    )

    length: Annotated[int, Interval(ge=1, le=20_000)] = 4000

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        rest = self.length - sum(len(piece.data) for piece in pieces)
        more: list[Piece] = []
        while rest > 0:
            group = Group(f"X{len(more):04}", str(rng.randrange(10)))
            more.append(Piece(encode_group(group, mode), group, Expect.MAY, self.name))
            rest -= len(more[-1].data)
        if not more:
            return list(pieces)
        end = next((at for at, piece in enumerate(pieces) if piece.data == ETX), len(pieces))
        return [*weakened(pieces[:end]), *more, *weakened(pieces[end:])]
