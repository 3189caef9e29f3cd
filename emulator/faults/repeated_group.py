# SPDX-License-Identifier: Apache-2.0
"""A group that comes twice in a frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, place_of

__all__ = ["RepeatedGroup"]


@dataclass(frozen=True, slots=True)
class RepeatedGroup(Fault):
    """The group of ``label`` comes a second time, right behind the first, exactly as it was."""

    french_name: ClassVar[str] = "groupe répété"
    french: ClassVar[str] = "Le groupe vient une seconde fois, juste après la première, exactement tel qu’il était."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        again = replace(pieces[place], fault=self.name)
        return [*pieces[: place + 1], again, *pieces[place + 1 :]]
