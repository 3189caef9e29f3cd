# SPDX-License-Identifier: Apache-2.0
"""A frame that breaks off: inside a group, or at the end of one with EOT."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from xky.protocol import Mode
from xky.protocol.mode import EOT

from ..truth.piece import Expect, Piece
from .fault import Fault, place_of, with_data

__all__ = ["CutFrame"]


@dataclass(frozen=True, slots=True)
class CutFrame(Fault):
    """The frame ends at the group of ``label``.

    Args:
        label: where.
        with_eot: after that group, with EOT (02E §1.5.2); else inside it, without a word, as when the
            meter loses its power.
    """

    french_name: ClassVar[str] = "trame coupée"
    french: ClassVar[str] = "La trame s’arrête au groupe."
    cuts: ClassVar[bool] = True

    label: str
    with_eot: bool = False

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        place = place_of(pieces, self.label)
        if place is None:
            return list(pieces)
        if self.with_eot:
            return [*pieces[: place + 1], Piece(EOT, fault=self.name)]
        piece = pieces[place]
        first, last = len(self.label) + 3, len(piece.data) - 3  # some data, no checksum
        length = rng.randrange(first, max(last, first) + 1)
        half = replace(with_data(pieces, place, piece.data[:length], mode, self.name)[place], expect=Expect.MUST_NOT)
        return [*pieces[:place], replace(half, group=piece.group)]
