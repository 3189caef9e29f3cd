# SPDX-License-Identifier: Apache-2.0
"""Bits turned over at random, all over the frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import DATA_BITS

from ..truth.piece import Piece
from .fault import Fault, misread

__all__ = ["BitFlips"]


_ALL_BITS = DATA_BITS + 1  # with parity


@dataclass(frozen=True, slots=True)
class BitFlips(Fault):
    """Each bit of the frame, parity bits among them, is turned over with the probability ``rate``."""

    rate: Annotated[float, Interval(ge=0, le=0.1)] = 0.001

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return misread(pieces, mode, self.name, lambda code: self._turned(code, rng))

    def _turned(self, code: int, rng: Random) -> tuple[int, bool]:
        """The data bits that arrive, and whether parity still holds."""
        turned = sum((rng.random() < self.rate) << bit for bit in range(_ALL_BITS))
        return code ^ turned & 0x7F, turned.bit_count() % 2 == 0
