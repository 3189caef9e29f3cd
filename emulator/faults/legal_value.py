# SPDX-License-Identifier: Apache-2.0
"""A group that says something else that is right: no damage, and yet what some readers trip over."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from xky.protocol import LABELS, Group, Mode

from ..truth.piece import Expect, Piece
from .fault import Fault, altered, encoded

__all__ = ["LegalValue"]


@dataclass(frozen=True, slots=True)
class LegalValue(Fault):
    """The group of ``label`` says ``value``, with the checksum that fits; it must be reported.

    A value that the label's row does not admit may be refused.
    """

    french_name: ClassVar[str] = "valeur permise"
    french: ClassVar[str] = "Le groupe dit « valeur », avec le checksum qui convient ; il doit être transmis."

    label: str
    value: Annotated[str, StringConstraints(pattern=r"^[ -~]*$")] = "0"

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return altered(pieces, self.label, lambda piece: _saying(piece, self.value, mode))


@lru_cache(maxsize=1024)  # most pieces of a frame are the very objects of the frame before
def _saying(piece: Piece, value: str, mode: Mode) -> Piece:
    group = piece.group
    if group is None or piece.expect is Expect.MUST_NOT or group.value == value:
        return piece
    row = LABELS[mode].get(group.label)
    expect = piece.expect if row is not None and row.admits(value) is None else Expect.MAY
    said = Group(group.label, value, group.timestamp)
    data = encoded(said, mode)
    if data is None:
        return piece
    return Piece(data, said, expect, LegalValue.name, piece.defects, piece.pauses, piece.stretch)
