# SPDX-License-Identifier: Apache-2.0
"""A meter, or a converter, whose characters have another eighth bit than even parity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar, Literal

from xky.protocol import Mode
from xky.protocol.uart import CharacterDefect

from ..truth.piece import Piece, weakened
from .fault import Fault

__all__ = ["OtherParity"]


@dataclass(frozen=True, slots=True)
class OtherParity(Fault):
    """Each character has odd parity, or a bit that is always 0 (``none``: 8N1) or always 1 (``mark``)."""

    french_name: ClassVar[str] = "autre parité"
    french: ClassVar[str] = (
        "Chaque caractère a une parité impaire, ou un bit toujours à 0 (aucune : 8N1) ou toujours à 1 (marque)."
    )

    parity: Literal["odd", "none", "mark"] = "odd"

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return [self._other(piece) for piece in weakened(pieces)]

    def _other(self, piece: Piece) -> Piece:
        sound = {*range(len(piece.data))} - {at for at, _ in piece.defects}
        spoilt = {at: CharacterDefect.PARITY for at in sorted(sound) if self._differs(piece.data[at])}
        if not spoilt:
            return piece
        return replace(piece, defects=tuple(sorted((dict(piece.defects) | spoilt).items())), fault=self.name)

    def _differs(self, code: int) -> bool:
        odd = code.bit_count() % 2 == 1
        return {"odd": True, "none": odd, "mark": not odd}[self.parity]
