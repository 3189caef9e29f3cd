# SPDX-License-Identifier: Apache-2.0
"""A group with the checksum of the other mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged
from .wrong_checksum import CHECKED, COUNT, FIRST

__all__ = ["OtherChecksumRule"]


@dataclass(frozen=True, slots=True)
class OtherChecksumRule(Fault):
    """The checksum of ``label`` counts the last separator where it must not, or leaves it out where it must not.

    A receiver that tries both rules on one group takes it (54E table 2, 02E §1.5.2).
    """

    french_name: ClassVar[str] = "règle de checksum de l’autre mode"
    french: ClassVar[str] = (
        "Le checksum du groupe compte le dernier séparateur là où il ne doit pas, ou l’omet là où il ne doit pas."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        more = mode.separator[0] if mode is Mode.HISTORIC else -mode.separator[0]

        def change(data: bytes) -> bytes:
            if len(data) < CHECKED:  # an earlier fault cut the checksum off
                return data
            code = FIRST + (data[-2] - FIRST + more) % COUNT
            return data[:-2] + bytes((code,)) + data[-1:]

        return damaged(pieces, self.label, mode, self.name, change)
