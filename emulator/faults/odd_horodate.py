# SPDX-License-Identifier: Apache-2.0
"""A group whose horodate no clock shows, with the checksum that fits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar, Literal

from xky.protocol import Mode

from ..truth.piece import Expect, Piece
from .fault import Fault, altered, encoded

__all__ = ["OddHorodate"]

_PLACES = {  # in SAAMMJJhhmmss (54E §6.2.1.1), and the first number that it cannot have
    "month": (3, 13), "day": (5, 32), "hour": (7, 24), "minute": (9, 60), "second": (11, 60),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OddHorodate(Fault):
    """In the horodate of ``label`` the ``part`` is a number that it cannot be, such as month 47; the checksum is right.

    A receiver may pass it on as it is, or refuse the group.
    """

    french_name: ClassVar[str] = "horodate impossible"
    french: ClassVar[str] = (
        "Dans l’horodate du groupe, « partie » est un nombre impossible, comme un mois 47 ; le checksum est juste."
    )

    label: str
    part: Literal["month", "day", "hour", "minute", "second"] = "month"

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place, first = _PLACES[self.part]
        number = rng.randrange(first, 100)

        def change(piece: Piece) -> Piece:
            group = piece.group
            if group is None or group.timestamp is None or piece.expect is Expect.MUST_NOT:
                return piece
            stamp = group.timestamp
            odd = replace(group, timestamp=f"{stamp[:place]}{number:02}{stamp[place + 2 :]}")
            data = encoded(odd, mode)
            if data is None:
                return piece
            return Piece(data, odd, Expect.MAY, self.name, piece.defects, piece.pauses, piece.stretch)

        return altered(pieces, self.label, change)
