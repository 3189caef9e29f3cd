# SPDX-License-Identifier: Apache-2.0
"""A group that the meter left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, place_of

__all__ = ["MissingGroup"]


@dataclass(frozen=True, slots=True)
class MissingGroup(Fault):
    """The frame goes without the group of ``label``; all else is as it should be."""

    french_name: ClassVar[str] = "groupe absent"
    french: ClassVar[str] = "La trame part sans le groupe ; tout le reste est comme il faut."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        return [*pieces] if place is None else [*pieces[:place], *pieces[place + 1 :]]
