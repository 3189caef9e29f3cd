# SPDX-License-Identifier: Apache-2.0
"""Two digits that changed places: the checksum stays right."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged, data_places

__all__ = ["SwappedDigits"]


@dataclass(frozen=True, slots=True)
class SwappedDigits(Fault):
    """The two neighbouring digits of the value of ``label`` that differ, the first such pair, change places.

    No receiver can know, so the wrong value may be reported; what comes after must be read all the same.
    """

    french_name: ClassVar[str] = "chiffres permutés"
    french: ClassVar[str] = "Les deux premiers chiffres voisins différents de la valeur du groupe changent de place."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            for place in data_places(data, mode)[1:]:
                left, right = data[place - 1 : place], data[place : place + 1]
                if left.isdigit() and right.isdigit() and left != right:
                    return data[: place - 1] + right + left + data[place + 1 :]
            return data

        return damaged(pieces, self.label, mode, self.name, change)
