# SPDX-License-Identifier: Apache-2.0
"""A meter that loses its supply in the middle of a character."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import DATA_BITS

from ..truth.piece import Expect, Piece, weakened
from .fault import Fault, place_of, with_data

__all__ = ["PowerCut"]


@dataclass(frozen=True, slots=True)
class PowerCut(Fault):
    """In the middle of the group of ``label`` the line falls silent, for ``off_s`` seconds.

    The character under way ends with the carrier, so its last bits read as ones.
    """

    french_name: ClassVar[str] = "coupure dans un groupe"
    french: ClassVar[str] = "Au milieu du groupe la ligne se tait, pendant « coupure, en secondes »."
    cuts: ClassVar[bool] = True

    label: str
    off_s: Annotated[float, Interval(ge=0.1, le=60)] = 3.0

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        data = pieces[place].data
        half = min(max(len(self.label) + 3, len(data) // 2), len(data))
        whole_bits = rng.randrange(DATA_BITS)
        spoilt = data[half - 1] | 0x7F & (0x7F << whole_bits)
        cut = with_data(pieces, place, data[: half - 1] + bytes((spoilt,)), mode, self.name)
        last = replace(cut[place], pauses=((half, self.off_s),), group=pieces[place].group, expect=Expect.MUST_NOT)
        return weakened([*cut[:place], last])
