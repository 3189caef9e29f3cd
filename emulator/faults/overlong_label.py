# SPDX-License-Identifier: Apache-2.0
"""A group more than the table knows, whose label is longer than any."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Group, Mode, encode_group

from ..truth.piece import Expect, Piece
from .fault import Fault, place_of

__all__ = ["OverlongLabel"]


@dataclass(frozen=True, slots=True)
class OverlongLabel(Fault):
    """Right before ``before`` comes a group with a label of ``length`` letters and a right checksum.

    No label of the texts has more than nine. A receiver may pass it on or leave it out; the groups beside it must
    arrive.
    """

    french_name: ClassVar[str] = "étiquette trop longue"
    french: ClassVar[str] = (
        "Juste avant le groupe « avant » vient un groupe dont l’étiquette a « longueur » lettres, au checksum juste."
    )

    before: str
    length: Annotated[int, Interval(ge=10, le=20_000)] = 16

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.before)
        if place is None:
            return list(pieces)
        group = Group("".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=self.length)), f"{rng.randrange(10**5):05}")
        return [*pieces[:place], Piece(encode_group(group, mode), group, Expect.MAY, self.name), *pieces[place:]]
