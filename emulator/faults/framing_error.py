# SPDX-License-Identifier: Apache-2.0
"""A character whose stop bit arrived low."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode
from xky.protocol.uart import CharacterDefect

from ..truth.piece import Piece
from .fault import TAIL, Fault, place_of, spoiled

__all__ = ["FramingError"]


@dataclass(frozen=True, slots=True)
class FramingError(Fault):
    """The last character of the value of ``label`` has no stop bit: what follows it may be misread, too."""

    french_name: ClassVar[str] = "erreur de trame UART"
    french: ClassVar[str] = (
        "Le dernier caractère de la valeur du groupe n’a pas de bit de stop : ce qui le suit peut aussi être mal lu."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        return spoiled(pieces, place, [len(pieces[place].data) - TAIL - 1], CharacterDefect.FRAMING, self.name)
