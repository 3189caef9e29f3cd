# SPDX-License-Identifier: Apache-2.0
"""Two bits turned over in a way that leaves the checksum right."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged, data_places

__all__ = ["TwoBits"]


@dataclass(frozen=True, slots=True)
class TwoBits(Fault):
    """The lowest bit of two digits of ``label`` is turned over, once up and once down: the sum stays.

    No receiver can know, so the wrong value may be reported; what comes after must be read all the same.
    Data without an even and an odd digit stay as they are.
    """

    french_name: ClassVar[str] = "deux bits inversés"
    french: ClassVar[str] = (
        "Le bit de poids faible de deux chiffres du groupe est inversé, une fois vers le haut, une fois vers le "
        "bas : le checksum reste juste."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            digits = [place for place in data_places(data, mode) if data[place : place + 1].isdigit()]
            odd = [place for place in digits if data[place] % 2]
            even = [place for place in digits if not data[place] % 2]
            if not odd or not even:
                return data
            turned = bytearray(data)
            for places in (odd, even):
                turned[rng.choice(places)] ^= 1
            return bytes(turned)

        return damaged(pieces, self.label, mode, self.name, change)
