# SPDX-License-Identifier: Apache-2.0
"""A group with the checksum character that somebody asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, ClassVar

from annotated_types import Interval

from xky.protocol import Mode, encode_group

from ..truth.piece import Expect, Piece
from .fault import Fault, altered, digits_of_sum
from .wrong_checksum import COUNT

__all__ = ["ChosenChecksum"]


_DIGITS = 8  # enough of them reach every sum modulo 64, whatever comes before


@dataclass(frozen=True, slots=True)
class ChosenChecksum(Fault):
    """The last digits of ``label`` make its checksum ``character``; the group is right, and must be reported.

    Only what has eight digits at its end can: indexes.
    """

    french_name: ClassVar[str] = "checksum choisi"
    french: ClassVar[str] = (
        "Les derniers chiffres du groupe donnent à son checksum le code « caractère » ; le groupe est juste et "
        "doit être transmis."
    )

    label: str
    character: Annotated[int, Interval(ge=0x20, le=0x5F)] = 0x20

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(piece: Piece) -> Piece:
            group = piece.group
            if group is None or piece.expect is not Expect.MUST or not _has_room(group.value):
                return piece
            head = group.value[:-_DIGITS]
            at_zero = encode_group(replace(group, value=head + "0" * _DIGITS), mode)[-2]
            digits = digits_of_sum((self.character - at_zero) % COUNT, _DIGITS, rng)
            changed = replace(group, value=head + digits)
            return replace(piece, data=encode_group(changed, mode), group=changed, fault=self.name)

        return altered(pieces, self.label, change)


def _has_room(value: str) -> bool:
    return len(value) >= _DIGITS and value[-_DIGITS:].isdigit()
