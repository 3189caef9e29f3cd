# SPDX-License-Identifier: Apache-2.0
"""A line that was live before somebody listened."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Literal

from xky.protocol import Mode
from xky.protocol.mode import STX

from ..truth.piece import Piece, weakened
from .fault import TAIL, Fault, data_places, place_of, with_data

__all__ = ["LateStart"]


@dataclass(frozen=True, slots=True)
class LateStart(Fault):
    """All before the middle of the group of ``label`` is missing, as for a receiver that is plugged in just then.

    Without an STX, what remains may be reported or lost; nothing may be made of the half group.

    Args:
        label: of the group.
        inside: the first character of the frame (``stx``), or this part of the group, in the place of its middle.
    """

    french_name: ClassVar[str] = "écoute en cours de trame"
    french: ClassVar[str] = (
        "Tout ce qui précède le milieu du groupe manque, comme pour un récepteur que l’on vient de brancher."
    )

    label: str
    inside: Literal["group", "stx", "label", "data", "checksum"] = "group"

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        if self.inside == "stx":
            return weakened(piece for piece in pieces if piece.data != STX)
        cut = with_data(pieces, place, pieces[place].data[self._missing(pieces[place].data, mode) :], mode, self.name)
        return weakened(cut[place:])

    def _missing(self, data: bytes, mode: Mode) -> int:
        """How many characters of the group are not heard."""
        if self.inside == "label":
            return 1 + (len(self.label) + 1) // 2
        if self.inside == "data":
            places = data_places(data, mode)
            return (places.start + places.stop + 1) // 2
        return len(data) - TAIL + 2 if self.inside == "checksum" else len(data) // 2
