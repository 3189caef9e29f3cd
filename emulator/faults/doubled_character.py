# SPDX-License-Identifier: Apache-2.0
"""A character that arrived twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged, data_places

__all__ = ["DoubledCharacter"]


@dataclass(frozen=True, slots=True)
class DoubledCharacter(Fault):
    """One character of the value of ``label`` comes twice; for data that are empty, the checksum."""

    french_name: ClassVar[str] = "caractère doublé"
    french: ClassVar[str] = (
        "Un caractère de la valeur du groupe vient deux fois ; si la donnée est vide, c’est le checksum."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            doubled = rng.choice(data_places(data, mode) or range(len(data) - 2, len(data) - 1))
            return data[: doubled + 1] + data[doubled:]

        return damaged(pieces, self.label, mode, self.name, change)
