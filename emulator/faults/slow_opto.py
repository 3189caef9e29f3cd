# SPDX-License-Identifier: Apache-2.0
"""An opto-coupler that switches one way more slowly than the other: one level lasts longer than it was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import DATA_BITS

from ..truth.piece import Piece
from .fault import Fault, misread

__all__ = ["SlowOpto"]

_CENTRE = 0.5  # of a bit: a receiver samples there
_LEVEL_BITS = range(1, DATA_BITS + 2)  # of data and parity, behind the start bit


@dataclass(frozen=True, slots=True)
class SlowOpto(Fault):
    """Each 0 lasts ``stretch_bits`` bit times longer than sent, each 1 so much shorter; below 0 the other way round.

    The end of a 0 varies by a normal error of ``spread_bits``. A bit is misread where that end passes its middle: then
    the 1 behind a long 0 becomes a 0, and the last bit of a short 0 a 1. Start and stop bits are spared: whoever reads
    bytes of a port is not told of them.
    """

    french_name: ClassVar[str] = "optocoupleur lent"
    french: ClassVar[str] = (
        "Chaque 0 dure plus longtemps qu’émis de « allongement, en bits », chaque 1 d’autant moins ; au-dessous "
        "de 0, l’inverse."
    )

    stretch_bits: Annotated[float, Interval(ge=-0.9, le=0.9)] = 0.35
    spread_bits: Annotated[float, Interval(ge=0, le=0.5)] = 0.06

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return misread(pieces, mode, self.name, lambda code: self._sampled(code, rng))

    def _sampled(self, code: int, rng: Random) -> tuple[int, bool]:
        """The data bits that a receiver samples, and whether parity still holds."""
        sent = code | code.bit_count() % 2 << DATA_BITS
        levels = sent << 1 | 1 << DATA_BITS + 2  # start and stop bit around them
        heard = sent
        for bit in (*_LEVEL_BITS, DATA_BITS + 2):
            rises = levels >> bit & 1 and not levels >> bit - 1 & 1
            if not rises:
                continue
            late = self.stretch_bits + rng.gauss(0.0, self.spread_bits)
            if late > _CENTRE and bit in _LEVEL_BITS:
                heard &= ~(1 << bit - 1)
            elif late < -_CENTRE and bit - 1 in _LEVEL_BITS:
                heard |= 1 << bit - 2
        return heard & 0x7F, heard.bit_count() % 2 == 0
