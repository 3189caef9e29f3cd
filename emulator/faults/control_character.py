# SPDX-License-Identifier: Apache-2.0
"""A group with a control character in its data, such as noise makes of a digit."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import TAIL, Fault, damaged

__all__ = ["ControlCharacter"]


@dataclass(frozen=True, slots=True)
class ControlCharacter(Fault):
    """A NUL stands in the place of the last but one data character of ``label``; the checksum stays."""

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            return data[: -TAIL - 2] + b"\x00" + data[-TAIL - 1 :]

        return damaged(pieces, self.label, mode, self.name, change)
