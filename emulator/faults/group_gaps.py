# SPDX-License-Identifier: Apache-2.0
"""Silences between the groups of a frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode

from ..truth.piece import Piece, weakened
from .fault import Fault

__all__ = ["GroupGaps"]


LONGEST_S = 0.0334  # 54E §5.3.6, 02E §1.5.2


@dataclass(frozen=True, slots=True)
class GroupGaps(Fault):
    """``gap_s`` seconds of silence before each group; up to 33.4 ms every receiver must bear it."""

    french_name: ClassVar[str] = "silences entre groupes"
    french: ClassVar[str] = (
        "Un silence de « silence, en secondes » précède chaque groupe ; jusqu’à 33,4 ms, tout récepteur doit le "
        "supporter."
    )

    gap_s: Annotated[float, Interval(ge=0.0001, le=10)] = LONGEST_S

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        result = list(pieces) if self.gap_s <= LONGEST_S else weakened(pieces)
        gap = ((0, self.gap_s),)
        for place, piece in enumerate(result):
            if piece.group is not None:
                result[place] = replace(piece, pauses=(*gap, *piece.pauses), fault=piece.fault or self.name)
        return result
