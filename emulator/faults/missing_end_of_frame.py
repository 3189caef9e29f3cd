# SPDX-License-Identifier: Apache-2.0
"""A frame whose ETX never arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode
from xky.protocol.mode import ETX

from ..truth.piece import Piece, weakened
from .fault import Fault

__all__ = ["MissingEndOfFrame"]


@dataclass(frozen=True, slots=True)
class MissingEndOfFrame(Fault):
    """The frame has no ETX, so the STX of the next one follows its last group: its groups may be lost."""

    french_name: ClassVar[str] = "fin de trame absente (ETX)"
    french: ClassVar[str] = (
        "La trame n’a pas d’ETX, et le STX de la suivante vient après son dernier groupe : ses groupes peuvent "
        "être perdus."
    )

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        kept = [piece for piece in pieces if piece.group is not None or piece.data != ETX]
        return list(pieces) if len(kept) == len(pieces) else weakened(kept)
