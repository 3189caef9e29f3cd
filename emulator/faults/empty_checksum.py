# SPDX-License-Identifier: Apache-2.0
"""A group without its checksum character."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import TAIL, Fault, damaged

__all__ = ["EmptyChecksum"]


@dataclass(frozen=True, slots=True)
class EmptyChecksum(Fault):
    """The group of ``label`` ends behind the separator of its checksum, which is missing."""

    french_name: ClassVar[str] = "checksum absent"
    french: ClassVar[str] = "Le groupe s’arrête après le séparateur de son checksum, qui manque."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return damaged(pieces, self.label, mode, self.name, lambda data: data[: 1 - TAIL] + data[-1:])
