# SPDX-License-Identifier: Apache-2.0
"""A group whose value is empty, with the checksum that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, revalued

__all__ = ["EmptyValue"]


@dataclass(frozen=True, slots=True)
class EmptyValue(Fault):
    """The group of ``label`` has no value; only DATE may (54E §6.2.3.3), so a receiver may refuse it or pass it on."""

    french_name: ClassVar[str] = "donnée vide"
    french: ClassVar[str] = (
        "Le groupe n’a pas de valeur ; seul DATE y a droit (54E §6.2.3.3), un récepteur peut donc le refuser ou "
        "le transmettre."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return revalued(pieces, self.label, mode, self.name, lambda value: "")
