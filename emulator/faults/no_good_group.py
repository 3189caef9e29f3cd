# SPDX-License-Identifier: Apache-2.0
"""A whole frame of which every group is refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault
from .wrong_checksum import WrongChecksum

__all__ = ["NoGoodGroup"]


@dataclass(frozen=True, slots=True)
class NoGoodGroup(Fault):
    """The frame has no more than its first ``groups`` groups, each with a wrong checksum."""

    french_name: ClassVar[str] = "aucun groupe juste"
    french: ClassVar[str] = "La trame n’a que ses « groupes » premiers groupes, chacun avec un checksum faux."

    groups: Annotated[int, Interval(ge=1, le=100)] = 100

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        left: list[Piece] = []
        count = 0
        for piece in pieces:
            if piece.group is None:
                left.append(piece)
            elif count < self.groups:
                count += 1
                [wrong] = WrongChecksum(piece.group.label).apply([piece], mode, rng)
                left.append(replace(wrong, fault=self.name))
        return left
