# SPDX-License-Identifier: Apache-2.0
"""A known label whose data lost its first digit, with the checksum that fits what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, revalued

__all__ = ["WrongSize"]


@dataclass(frozen=True, slots=True)
class WrongSize(Fault):
    """The first data character of ``label`` is missing; the checksum is right, so a receiver may report it."""

    french_name: ClassVar[str] = "taille fausse"
    french: ClassVar[str] = (
        "Le premier caractère de donnée du groupe manque ; le checksum est juste, un récepteur peut donc le "
        "transmettre."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return revalued(pieces, self.label, mode, self.name, lambda value: value[1:])
