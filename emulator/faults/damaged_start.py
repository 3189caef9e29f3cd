# SPDX-License-Identifier: Apache-2.0
"""A group whose LF arrives as another control character (hekmon/linkytic#67)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from xky.protocol import Mode

from ..truth import Expect, Piece
from .fault import place_of

__all__ = ["DamagedStart"]

_SEEN = b"\x0b\x0e\x0f"  # what LF became in hekmon/linkytic#67


@dataclass(frozen=True, slots=True)
class DamagedStart:
    """The LF of ``label`` is VT, SO or SI: the group may be lost or recovered, and so may the one before."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        result = list(pieces)
        if place is not None:
            data = bytes((rng.choice(_SEEN),)) + pieces[place].data[1:]
            result[place] = Piece(data, pieces[place].group, Expect.MAY, "damaged_start")
            before = pieces[place - 1]
            if before.expect is Expect.MUST:
                result[place - 1] = replace(before, expect=Expect.MAY)
        return result
