# SPDX-License-Identifier: Apache-2.0
"""A group more than the table knows, with everything right about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from xky.protocol import Group, Mode, encode_group

from ..truth.piece import Expect, Piece
from .fault import Fault, place_of

__all__ = ["UnknownLabel"]


@dataclass(frozen=True, slots=True)
class UnknownLabel(Fault):
    """Right before ``before`` comes ``label`` with five digits drawn anew for each frame.

    A receiver may pass it on or leave it out; the groups beside it must arrive.
    """

    french_name: ClassVar[str] = "étiquette inconnue"
    french: ClassVar[str] = (
        "Juste avant le groupe « avant » vient l’étiquette donnée, avec cinq chiffres tirés de nouveau à chaque trame."
    )

    before: str
    label: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,9}$")] = "XKYTEST"

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.before)
        if place is None:
            return list(pieces)
        group = Group(self.label, f"{rng.randrange(10**5):05}")
        return [*pieces[:place], Piece(encode_group(group, mode), group, Expect.MAY, self.name), *pieces[place:]]
