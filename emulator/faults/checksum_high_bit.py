# SPDX-License-Identifier: Apache-2.0
"""A group whose checksum character is wrong in a bit that no sum of six bits has."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode
from xky.protocol.mode import CR, EOT, ETX, LF, STX

from ..truth.piece import Piece
from .fault import Fault, damaged
from .wrong_checksum import CHECKED, COUNT

__all__ = ["ChecksumHighBit"]

_DELIMITERS = STX + ETX + EOT + LF + CR


@dataclass(frozen=True, slots=True)
class ChecksumHighBit(Fault):
    """The checksum of ``label`` has bit 6 turned over: it is wrong, but fits for who looks at its six lower bits alone.

    Where that would make the end of a group or of a frame of it, the group stays right.
    """

    french_name: ClassVar[str] = "bit 6 du checksum inversé"
    french: ClassVar[str] = (
        "Le bit 6 du checksum est inversé : il est faux, mais paraît juste à qui n’en regarde que les six bits de "
        "poids faible."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            if len(data) < CHECKED or data[-2] ^ COUNT in _DELIMITERS:
                return data
            return data[:-2] + bytes((data[-2] ^ COUNT,)) + data[-1:]

        return damaged(pieces, self.label, mode, self.name, change)
