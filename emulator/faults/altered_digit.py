# SPDX-License-Identifier: Apache-2.0
"""A group in which one bit of one data digit was turned over on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged, data_places

__all__ = ["AlteredDigit"]


@dataclass(frozen=True, slots=True)
class AlteredDigit(Fault):
    """One of the last two digits of ``label`` becomes another digit; the checksum stays that of the true data.

    Data without a digit stay as they are.
    """

    french_name: ClassVar[str] = "chiffre altéré"
    french: ClassVar[str] = (
        "L’un des deux derniers chiffres du groupe devient un autre ; le checksum reste celui des vraies données."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            digits = [place for place in data_places(data, mode) if data[place : place + 1].isdigit()]
            if not digits:
                return data
            turned = bytearray(data)
            turned[rng.choice(digits[-2:])] ^= 1
            return bytes(turned)

        return damaged(pieces, self.label, mode, self.name, change)
