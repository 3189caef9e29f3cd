# SPDX-License-Identifier: Apache-2.0
"""Edges that do not come when they should."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, exp, log, sin, sqrt, tau
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import DATA_BITS

from ..truth.piece import Piece
from .fault import Fault, misread

__all__ = ["Jitter"]


_BITS = range(1, DATA_BITS + 2)  # of data and parity
_CENTRE = 0.5  # a receiver samples there
_BEARABLE = 0.15  # of a bit: 15 microseconds of 104, what an opto-coupler adds; three times that still misses nothing


@dataclass(frozen=True, slots=True)
class Jitter(Fault):
    """Each edge comes early or late by a normal error of ``rms_bits`` bit times.

    A bit is misread where the edge before or behind it passes its middle. Within the tolerance of the texts
    (60 of 104 microseconds are clean, 54E §5.3.2) that never happens.
    """

    french_name: ClassVar[str] = "gigue"
    french: ClassVar[str] = "Chaque front vient trop tôt ou trop tard, d’une erreur normale de « gigue, en bits »."

    rms_bits: Annotated[float, Interval(ge=0, le=1)] = 0.3

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        if self.rms_bits <= _BEARABLE:
            return list(pieces)
        random, rms_bits = rng.random, self.rms_bits
        # Box and Muller: where not even the radius of the pair passes the middle, its angle does not matter
        least = exp(-((_CENTRE / rms_bits) ** 2) / 2) * (1 + 1e-9)
        return misread(pieces, mode, self.name, lambda code: self._sampled(code, random, least))

    def _sampled(self, code: int, random: Callable[[], float], least: float) -> tuple[int, bool]:
        """The data bits that a receiver samples, and whether parity still holds.

        Args:
            code: seven bits.
            random: of the line.
            least: a pair of errors whose uniform number is over it is bearable.
        """
        sent = code | code.bit_count() % 2 << DATA_BITS
        levels = sent << 1 | 1 << DATA_BITS + 2  # start and stop bit around them
        heard = sent
        for bit in _BITS:
            angle, uniform = random(), 1.0 - random()
            if uniform > least:
                continue
            radius = sqrt(-2.0 * log(uniform))
            late = cos(angle * tau) * radius * self.rms_bits > _CENTRE
            early = sin(angle * tau) * radius * self.rms_bits < -_CENTRE
            if late or early:
                seen = bit - 1 if late else bit + 1
                heard ^= ((levels >> seen ^ levels >> bit) & 1) << bit - 1
        return heard & 0x7F, heard.bit_count() % 2 == 0
