# SPDX-License-Identifier: Apache-2.0
"""A group with the separator of the other mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged

__all__ = ["WrongSeparator"]


@dataclass(frozen=True, slots=True)
class WrongSeparator(Fault):
    """Behind ``label`` stands HT in the place of SP, or SP in the place of HT; the checksum stays."""

    french_name: ClassVar[str] = "séparateur faux"
    french: ClassVar[str] = (
        "Derrière l’étiquette vient HT à la place de SP, ou SP à la place de HT ; le checksum reste."
    )
    mixes_separators: ClassVar[bool] = True

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        other = Mode.HISTORIC if mode is Mode.STANDARD else Mode.STANDARD

        def change(data: bytes) -> bytes:
            return data.replace(mode.separator, other.separator, 1)

        return damaged(pieces, self.label, mode, self.name, change)
