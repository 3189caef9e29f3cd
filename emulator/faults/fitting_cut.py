# SPDX-License-Identifier: Apache-2.0
"""A frame that breaks off where the sum goes on: its last group and the first of the next frame make one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from xky.protocol import Mode, checksum
from xky.protocol.checksum import checked_zone
from xky.protocol.mode import LF, STX

from ..truth.piece import Expect, Piece
from .fault import Fault, digits_of_sum, place_of, with_data
from .wrong_checksum import COUNT

__all__ = ["FittingCut"]


@dataclass(frozen=True, slots=True)
class FittingCut(Fault):
    """The frame breaks off inside ``label``, where the checksum of the next frame's first group fits both together.

    For a receiver to which STX and LF inside a group are characters like others, what it has of ``label`` and that
    first group, the meter's address in each frame, are one group with a right checksum. Of a hundred frames that end
    there, one or two are so by themselves.
    """

    french_name: ClassVar[str] = "coupe au checksum juste"
    french: ClassVar[str] = (
        "La trame s’interrompt dans le groupe, là où le checksum du premier groupe de la trame suivante convient "
        "aux deux réunis."
    )
    cuts: ClassVar[bool] = True

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        first = next((piece for piece in pieces if piece.group is not None), None)
        if place is None or first is None or first is pieces[place] or first.expect is not Expect.MUST:
            return list(pieces)
        head = LF + self.label.encode("ascii") + mode.separator
        behind = STX + first.data[:-1]
        missing = first.data[-2] - checksum(checked_zone(head[1:] + behind, mode))
        digits = next(digits for count in range(1, 6) if (digits := _digits(missing, count, rng)) is not None)
        half = with_data(pieces, place, head + digits, mode, self.name)[place]
        return [*pieces[:place], replace(half, group=pieces[place].group, expect=Expect.MUST_NOT)]


def _digits(missing: int, count: int, rng: Random) -> bytes | None:
    """So many digits, of which the codes sum up to ``missing`` modulo 64; None where none do. Five always can."""
    total = (missing - count * ord("0")) % COUNT
    return digits_of_sum(total, count, rng).encode("ascii") if total <= 9 * count else None
