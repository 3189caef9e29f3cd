# SPDX-License-Identifier: Apache-2.0
"""Silences between characters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode

from ..truth.piece import Piece, weakened
from .fault import Fault

__all__ = ["CharacterGaps"]


_BEARABLE_BITS = 1.0  # as with two stop bits, which every UART bears


@dataclass(frozen=True, slots=True)
class CharacterGaps(Fault):
    """``gap_bits`` bit times of silence before each character.

    The texts set none (54E §5.3.5); up to one bit a UART cannot tell from a second stop bit, and must bear it.
    """

    french_name: ClassVar[str] = "silences entre caractères"
    french: ClassVar[str] = "Un silence de « silence, en bits » précède chaque caractère."

    gap_bits: Annotated[float, Interval(ge=0.01, le=1000)] = _BEARABLE_BITS

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        result = list(pieces) if self.gap_bits <= _BEARABLE_BITS else weakened(pieces)
        gap_s = self.gap_bits / mode.baud
        return [
            replace(
                piece,
                pauses=(*((at, gap_s) for at in range(len(piece.data))), *piece.pauses),
                fault=piece.fault or self.name,
            )
            for piece in result
        ]
