# SPDX-License-Identifier: Apache-2.0
"""A character that nobody sent, inside a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged, data_places

__all__ = ["InsertedCharacter"]


_SEEN = bytes(code for code in range(0x21, 0x7F) if code % 64)  # @ would leave the checksum as it was


@dataclass(frozen=True, slots=True)
class InsertedCharacter(Fault):
    """A printable character stands before one of the value of ``label``, or before its checksum."""

    french_name: ClassVar[str] = "caractère inséré"
    french: ClassVar[str] = "Un caractère imprimable précède l’un de ceux de la valeur du groupe, ou son checksum."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            place = rng.choice(data_places(data, mode) or range(len(data) - 2, len(data) - 1))
            return data[:place] + bytes((rng.choice(_SEEN),)) + data[place:]

        return damaged(pieces, self.label, mode, self.name, change)
