# SPDX-License-Identifier: Apache-2.0
"""A character that never arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged, data_places

__all__ = ["LostCharacter"]


@dataclass(frozen=True, slots=True)
class LostCharacter(Fault):
    """One character of the value of ``label`` is missing; for data that are empty, the checksum."""

    french_name: ClassVar[str] = "caractère perdu"
    french: ClassVar[str] = "Un caractère de la valeur du groupe manque ; si la donnée est vide, c’est le checksum."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            places = data_places(data, mode) or range(len(data) - 2, len(data) - 1)
            lost = rng.choice(places)
            return data[:lost] + data[lost + 1 :]

        return damaged(pieces, self.label, mode, self.name, change)
