# SPDX-License-Identifier: Apache-2.0
"""A silence inside a group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode

from ..truth.piece import Piece, weakened
from .fault import Fault, place_of

__all__ = ["Pause"]


@dataclass(frozen=True, slots=True)
class Pause(Fault):
    """The line is silent for ``for_s`` seconds in the middle of the group of ``label``.

    The texts set no gap between characters, and 33.4 ms at most between groups (54E §5.3.6): a receiver that
    gives up may lose the frame.
    """

    french_name: ClassVar[str] = "silence dans un groupe"
    french: ClassVar[str] = "La ligne se tait pendant « secondes » au milieu du groupe."

    label: str
    for_s: Annotated[float, Interval(ge=0.001, le=60)] = 0.5

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        result = weakened(pieces)
        half = len(pieces[place].data) // 2
        silences = ((half, self.for_s),)
        result[place] = replace(result[place], pauses=(*result[place].pauses, *silences), fault=self.name)
        return result
