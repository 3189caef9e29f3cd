# SPDX-License-Identifier: Apache-2.0
"""Characters that nobody sent, before a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated

from annotated_types import Interval

from xky.protocol import Mode

from ..truth.piece import Piece, weakened
from .fault import Fault

__all__ = ["NoiseBeforeFrame"]

# NULs, 0x7F and letters, as receivers see when a port opens (nokyyz captures); no delimiters.
_ALPHABET = bytes((0x00, 0x00, 0x7F, 0x1A, 0x55, 0x2A, 0x41, 0x30, 0x20))


@dataclass(frozen=True, slots=True)
class NoiseBeforeFrame(Fault):
    """``length`` characters of noise before STX; the frame behind it may be lost."""

    length: Annotated[int, Interval(ge=1, le=10_000)] = 40

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        noise = Piece(bytes(rng.choice(_ALPHABET) for _ in range(self.length)), fault=self.name)
        return [noise, *weakened(pieces)]
