# SPDX-License-Identifier: Apache-2.0
"""A character whose stop bit arrived low: the last one of a value behind which no other group is lost than the next.

Where a receiver that is out of step might take something for the beginning or the end of a frame, another character
is taken, so that the other groups are due, if there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode
from xky.protocol.uart import CharacterDefect

from ..truth.piece import Piece
from .fault import TAIL, Fault, data_places, misread_until, place_of, spoiled

__all__ = ["FramingError"]


@dataclass(frozen=True, slots=True)
class FramingError(Fault):
    """The last character of the value of ``label``, or one before, has no stop bit: what follows may be misread."""

    french_name: ClassVar[str] = "erreur de trame UART"
    french: ClassVar[str] = (
        "Le dernier caractère de la valeur du groupe, ou un autre avant lui, n’a pas de bit de stop : la suite peut "
        "être mal lue."
    )

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        data = pieces[place].data
        tried = [*reversed(data_places(data, mode))] or [len(data) - TAIL - 1]
        for at in tried:
            spoilt = spoiled(pieces, place, [at], CharacterDefect.FRAMING, self.name)
            if misread_until(spoilt, place, at) is not None:
                return spoilt
        return spoiled(pieces, place, tried[:1], CharacterDefect.FRAMING, self.name)
