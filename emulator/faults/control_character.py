# SPDX-License-Identifier: Apache-2.0
"""A group with a control character in its data, such as noise makes of a digit."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode

from ..truth import Expect, Piece
from .fault import altered

__all__ = ["ControlCharacter"]


_TAIL = 3  # separator, checksum, CR behind the data


@dataclass(frozen=True, slots=True)
class ControlCharacter:
    """A NUL stands in the place of the last but one data character of ``label``; the checksum stays."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(piece: Piece) -> Piece:
            data = piece.data[: -_TAIL - 2] + b"\x00" + piece.data[-_TAIL - 1 :]
            return Piece(data, piece.group, Expect.MUST_NOT, "control_character")

        return altered(pieces, self.label, change)
