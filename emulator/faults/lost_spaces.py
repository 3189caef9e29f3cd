# SPDX-License-Identifier: Apache-2.0
"""Two spaces lost: the checksum stays right, the size does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged, data_places

__all__ = ["LostSpaces"]


@dataclass(frozen=True, slots=True)
class LostSpaces(Fault):
    """Two spaces next to each other are missing in the value of ``label``; 2 x 32 is 0 modulo 64.

    Data without them stay as they are.
    """

    french_name: ClassVar[str] = "espaces perdus"
    french: ClassVar[str] = "Deux espaces voisins manquent dans la valeur du groupe ; 2 × 32 vaut 0 modulo 64."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            places = data_places(data, mode)
            found = data.rfind(b"  ", places.start, places.stop)
            return data if found < 0 else data[:found] + data[found + 2 :]

        return damaged(pieces, self.label, mode, self.name, change)
