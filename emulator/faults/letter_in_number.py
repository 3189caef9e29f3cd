# SPDX-License-Identifier: Apache-2.0
"""A number with a letter in it, with the checksum that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, revalued

__all__ = ["LetterInNumber"]


@dataclass(frozen=True, slots=True)
class LetterInNumber(Fault):
    """The last digit of ``label`` is a letter O; the checksum is right, so a receiver may report it.

    Data whose last character is no digit stay as they are.
    """

    french_name: ClassVar[str] = "lettre dans un nombre"
    french: ClassVar[str] = (
        "Le dernier chiffre du groupe est une lettre O ; le checksum est juste, un récepteur peut donc le transmettre."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return revalued(
            pieces, self.label, mode, self.name, lambda value: f"{value[:-1]}O" if value[-1:].isdigit() else value
        )
