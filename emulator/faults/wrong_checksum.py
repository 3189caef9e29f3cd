# SPDX-License-Identifier: Apache-2.0
"""A group whose checksum character is another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged

__all__ = ["WrongChecksum"]

CHECKED = 2  # characters at least of a group that still has a checksum, and its end
FIRST, COUNT = 0x20, 64  # checksum characters are 0x20 to 0x5F (54E §5.3.6)


@dataclass(frozen=True, slots=True)
class WrongChecksum(Fault):
    """The group of ``label`` keeps its data and gets a wrong checksum, drawn anew for each frame."""

    french_name: ClassVar[str] = "checksum faux"
    french: ClassVar[str] = "Le groupe garde ses données et reçoit un checksum faux, tiré de nouveau à chaque trame."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            if len(data) < CHECKED:  # an earlier fault cut the checksum off
                return data
            code = FIRST + (data[-2] - FIRST + rng.randrange(1, COUNT)) % COUNT
            return data[:-2] + bytes((code,)) + data[-1:]

        return damaged(pieces, self.label, mode, self.name, change)
