# SPDX-License-Identifier: Apache-2.0
"""A meter whose rate is not quite that of its mode."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode

from ..truth.piece import Piece, weakened
from .fault import Fault

__all__ = ["BaudError"]


TOLERANCE_PERCENT = 1.0  # 54E §5.3.5, 02E §1.5.1


@dataclass(frozen=True, slots=True)
class BaudError(Fault):
    """All characters are ``percent`` too long, or too short below 0; up to 1 % every receiver must bear it."""

    french_name: ClassVar[str] = "débit décalé"
    french: ClassVar[str] = (
        "Tous les caractères sont trop longs de « pour cent », ou trop courts au-dessous de 0 ; jusqu’à "
        "1\N{NO-BREAK SPACE}%, tout récepteur doit le supporter."
    )

    percent: Annotated[float, Interval(ge=-40, le=100)] = TOLERANCE_PERCENT

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        result = list(pieces) if abs(self.percent) <= TOLERANCE_PERCENT else weakened(pieces)
        stretch = 1 + self.percent / 100
        return [replace(piece, stretch=piece.stretch * stretch, fault=piece.fault or self.name) for piece in result]
