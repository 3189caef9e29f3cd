# SPDX-License-Identifier: Apache-2.0
"""A group in which one bit of one letter of its label was turned over on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged

__all__ = ["AlteredLabel"]

_TURNED = 0x10  # F becomes V: still a capital, as in the field


@dataclass(frozen=True, slots=True)
class AlteredLabel(Fault):
    """The last letter of ``label`` has bit 4 turned over; data and checksum stay."""

    french_name: ClassVar[str] = "étiquette altérée"
    french: ClassVar[str] = (
        "Le bit 4 de la dernière lettre de l’étiquette est inversé ; les données et le checksum restent."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            letters = [n for n, character in enumerate(self.label, 1) if character.isalpha()]
            turned = bytearray(data)
            if letters[-1] < len(data):
                turned[letters[-1]] ^= _TURNED
            return bytes(turned)

        return damaged(pieces, self.label, mode, self.name, change)
