# SPDX-License-Identifier: Apache-2.0
"""A group in which one bit of one data digit was turned over on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode

from ..truth import Expect, Piece
from .fault import altered

__all__ = ["AlteredDigit"]

_TAIL = 3  # separator, checksum, CR behind the data


@dataclass(frozen=True, slots=True)
class AlteredDigit:
    """One of the last two digits of ``label`` becomes another digit; the checksum stays that of the true data.

    Data without a digit stay as they are.
    """

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        label = self.label

        def change(piece: Piece) -> Piece:
            data = bytearray(piece.data)
            end = len(data) - _TAIL
            digits = [n for n in range(len(label) + 2, end) if chr(data[n]).isdigit()]
            if not digits:
                return piece
            where = rng.choice(digits[-2:])
            data[where] = ord("0") + ((data[where] - ord("0")) ^ 1)
            return Piece(bytes(data), piece.group, Expect.MUST_NOT, "altered_digit")

        return altered(pieces, self.label, change)
