# SPDX-License-Identifier: Apache-2.0
"""A group whose value is too long, with the checksum that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, revalued

__all__ = ["OverlongValue"]


@dataclass(frozen=True, slots=True)
class OverlongValue(Fault):
    """The value of ``label`` has ``length`` characters more than it should, zeros or ``blanks``; the sum fits."""

    french_name: ClassVar[str] = "donnée trop longue"
    french: ClassVar[str] = (
        "La valeur du groupe a « longueur » caractères de trop, des zéros ou des blancs ; le checksum convient."
    )

    label: str
    length: Annotated[int, Interval(ge=1, le=20_000)] = 200
    blanks: bool = False

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        filling = (" " if self.blanks else "0") * self.length
        return revalued(pieces, self.label, mode, self.name, lambda value: filling + value)
