# SPDX-License-Identifier: Apache-2.0
"""A burst that turns over a run of bits inside a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import DATA_BITS

from ..truth.piece import Piece
from .fault import Fault, damaged, data_places

__all__ = ["BitBurst"]


@dataclass(frozen=True, slots=True)
class BitBurst(Fault):
    """``bits`` data bits in a row are turned over, somewhere in the value of ``label`` and behind it."""

    french_name: ClassVar[str] = "salve de bits inversés"
    french: ClassVar[str] = (
        "« Bits » bits de données consécutifs sont inversés, quelque part dans la valeur du groupe et après elle."
    )

    label: str
    bits: Annotated[int, Interval(ge=1, le=21)] = 3

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            turned = bytearray(data)
            first = DATA_BITS * data_places(data, mode).start + rng.randrange(DATA_BITS)
            for bit in range(first, min(first + self.bits, DATA_BITS * (len(data) - 1))):  # CR stays
                turned[bit // DATA_BITS] ^= 1 << bit % DATA_BITS
            return bytes(turned)

        return damaged(pieces, self.label, mode, self.name, change)
