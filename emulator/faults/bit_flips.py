# SPDX-License-Identifier: Apache-2.0
"""Bits turned over at random, all over the frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import DATA_BITS

from ..truth.piece import Piece
from .fault import Fault, misread

__all__ = ["BitFlips"]


_ONE_BY_ONE = tuple(1 << bit for bit in range(DATA_BITS + 1))  # parity's too


@dataclass(frozen=True, slots=True)
class BitFlips(Fault):
    """Each bit of the frame, parity bits among them, is turned over with the probability ``rate``."""

    french_name: ClassVar[str] = "bits inversés"
    french: ClassVar[str] = "Chaque bit de la trame, bits de parité compris, est inversé avec la probabilité « taux »."

    rate: Annotated[float, Interval(ge=0, le=0.1)] = 0.001

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        random, rate = rng.random, self.rate

        def sample(code: int) -> tuple[int, bool]:
            turned = 0
            for bit in _ONE_BY_ONE:
                if random() < rate:
                    turned |= bit
            return code ^ turned & 0x7F, turned.bit_count() % 2 == 0

        return misread(pieces, mode, self.name, sample)
