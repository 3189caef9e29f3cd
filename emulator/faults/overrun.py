# SPDX-License-Identifier: Apache-2.0
"""Characters lost all over the frame, as by a reader that fetches them too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import CR, LF

from ..truth.piece import Piece, weakened
from .fault import Fault, with_data

__all__ = ["Overrun"]


@dataclass(frozen=True, slots=True)
class Overrun(Fault):
    """At each character, with the probability ``rate``, it and those behind it are lost, ``length`` at most.

    A loss ends with its group, and no CR is lost together with the LF behind it: two groups would become one.
    """

    french_name: ClassVar[str] = "caractères non lus à temps"
    french: ClassVar[str] = (
        "À chaque caractère, avec la probabilité « taux », lui et ceux qui le suivent sont perdus, « longueur » "
        "au plus."
    )

    rate: Annotated[float, Interval(ge=0, le=0.2)] = 0.002
    length: Annotated[int, Interval(ge=1, le=64)] = 1

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        result = list(pieces)
        lost_delimiter = lost_end = False
        for place, piece in enumerate(pieces):
            if piece.defects:
                lost_end = False
                continue
            kept = self._kept(piece.data, rng)
            if lost_end and piece.data.startswith(LF) and not kept.startswith(LF):
                kept = LF + kept
            lost_end = piece.data.endswith(CR) and not kept.endswith(CR)
            if kept != piece.data:
                lost_delimiter = lost_delimiter or piece.group is None
                result = with_data(result, place, kept, mode, self.name)
        return weakened(result) if lost_delimiter else result

    def _kept(self, data: bytes, rng: Random) -> bytes:
        kept, lost = bytearray(), 0
        for code in data:
            if rng.random() < self.rate:
                lost = self.length
            if lost:
                lost -= 1
            else:
                kept.append(code)
        return bytes(kept)
