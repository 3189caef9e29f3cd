# SPDX-License-Identifier: Apache-2.0
"""A frame whose STX never arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode
from xky.protocol.mode import STX

from ..truth.piece import Piece, weakened
from .fault import Fault

__all__ = ["MissingStartOfFrame"]


@dataclass(frozen=True, slots=True)
class MissingStartOfFrame(Fault):
    """The frame has no STX: its groups may be reported or lost (54E §5.3.6)."""

    french_name: ClassVar[str] = "début de trame absent (STX)"
    french: ClassVar[str] = "La trame n’a pas de STX : ses groupes peuvent être transmis ou perdus (54E §5.3.6)."

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        kept = [piece for piece in pieces if piece.group is not None or piece.data != STX]
        return list(pieces) if len(kept) == len(pieces) else weakened(kept)
