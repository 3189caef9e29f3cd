# SPDX-License-Identifier: Apache-2.0
"""A rate that changes in mid-frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode

from ..truth.piece import Piece, weakened
from .fault import Fault, place_of

__all__ = ["BaudChange"]


@dataclass(frozen=True, slots=True)
class BaudChange(Fault):
    """From the group of ``label`` to the end of the frame a bit lasts ``times`` as long.

    What a UART makes of it depends on its own clock: those groups may be read right or not at all.
    """

    french_name: ClassVar[str] = "changement de débit"
    french: ClassVar[str] = (
        "À partir du groupe et jusqu’à la fin de la trame, un bit dure « facteur » fois plus longtemps."
    )

    label: str
    times: Annotated[float, Interval(ge=0.5, le=16)] = 2.0

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        slow = [replace(p, stretch=p.stretch * self.times, fault=self.name) for p in pieces[place:]]
        return weakened([*pieces[:place], *slow])
