# SPDX-License-Identifier: Apache-2.0
"""A group whose checksum character is another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode

from ..truth import Expect, Piece
from .fault import altered

__all__ = ["WrongChecksum"]

_FIRST, _COUNT = 0x20, 64  # checksum characters are 0x20 to 0x5F (54E §5.3.6)


@dataclass(frozen=True, slots=True)
class WrongChecksum:
    """The group of ``label`` keeps its data and gets a wrong checksum, drawn anew for each frame."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(piece: Piece) -> Piece:
            code = _FIRST + (piece.data[-2] - _FIRST + rng.randrange(1, _COUNT)) % _COUNT
            data = piece.data[:-2] + bytes((code,)) + piece.data[-1:]
            return Piece(data, piece.group, Expect.MUST_NOT, "wrong_checksum")

        return altered(pieces, self.label, change)
