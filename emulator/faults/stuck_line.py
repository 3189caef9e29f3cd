# SPDX-License-Identifier: Apache-2.0
"""A line that stands still before a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode
from xky.protocol.uart import CharacterDefect

from ..truth.piece import Piece
from .fault import Fault

__all__ = ["StuckLine"]


_REST_S = 0.0334  # between two frames (54E §5.3.6): the line is heard to be idle again


@dataclass(frozen=True, slots=True)
class StuckLine(Fault):
    """``for_s`` seconds without a character, between two frames: no carrier, or one that does not end.

    A carrier that does not end is a level 0: a UART reads one NUL without a stop bit of it, however long.
    """

    french_name: ClassVar[str] = "ligne bloquée"
    french: ClassVar[str] = (
        "« Secondes » sans un caractère, entre deux trames : pas de porteuse, ou une qui ne finit pas."
    )

    for_s: Annotated[float, Interval(ge=0.1, le=60)] = 3.0
    carrier: bool = False

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        if not self.carrier:
            return [Piece(b"", fault=self.name, pauses=((0, self.for_s),)), *pieces]
        count = round(self.for_s / mode.character_s)
        low = tuple((at, CharacterDefect.FRAMING) for at in range(count))
        stuck = Piece(bytes(count), fault=self.name, defects=low, pauses=((count, _REST_S),))
        return [stuck, *pieces]
