# SPDX-License-Identifier: Apache-2.0
"""Characters that nobody sent, before a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.mode import CR, EOT, ETX, LF, STX
from xky.protocol.uart import CharacterDefect

from ..truth.piece import Piece, weakened
from .fault import Fault

__all__ = ["NoiseBeforeFrame"]

_SPOILT = 0.5
_DELIMITERS = STX + ETX + EOT + LF + CR
_ALPHABET = bytes(code for code in range(0x80) if code not in _DELIMITERS)


@dataclass(frozen=True, slots=True)
class NoiseBeforeFrame(Fault):
    """``length`` characters of noise before STX, no delimiters; the frame behind it may be lost.

    One in two has a wrong parity, so that a reader of eight bits hears any code of 256.
    """

    french_name: ClassVar[str] = "bruit"
    french: ClassVar[str] = (
        "« Longueur » caractères de bruit avant le STX, sans délimiteurs ; la trame qui suit peut être perdue."
    )

    length: Annotated[int, Interval(ge=1, le=10_000)] = 40

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        spoilt = tuple((at, CharacterDefect.PARITY) for at in range(self.length) if rng.random() < _SPOILT)
        noise = Piece(bytes(rng.choices(_ALPHABET, k=self.length)), fault=self.name, defects=spoilt)
        return [noise, *weakened(pieces)]
