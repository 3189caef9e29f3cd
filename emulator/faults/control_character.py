# SPDX-License-Identifier: Apache-2.0
"""A group with a control character in its data, such as noise makes of a digit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar, Literal

from xky.protocol import Mode, checksum
from xky.protocol.checksum import checked_zone
from xky.protocol.mode import CR, LF

from ..truth.piece import Expect, Piece
from .fault import TAIL, Fault, altered, damaged

__all__ = ["ControlCharacter"]


@dataclass(frozen=True, slots=True)
class ControlCharacter(Fault):
    """The control character ``code`` stands in the place of the last but one data character of ``label``.

    The checksum stays and refuses the group; or it ``fits`` what is there, and a receiver may pass the group on.
    """

    french_name: ClassVar[str] = "caractère de commande"
    french: ClassVar[str] = "Le caractère de commande « code » remplace l’avant-dernier caractère de donnée du groupe."

    label: str
    code: Literal[0x00, 0x07, 0x1A, 0x1B] = 0x00
    fits: bool = False

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        if self.fits:
            return altered(pieces, self.label, lambda piece: self._fitting(piece, mode))
        return damaged(pieces, self.label, mode, self.name, self._with_it)

    def _with_it(self, data: bytes) -> bytes:
        return data[: -TAIL - 2] + bytes((self.code,)) + data[-TAIL - 1 :]

    def _fitting(self, piece: Piece, mode: Mode) -> Piece:
        if piece.group is None or len(piece.group.value) < 2 or piece.expect is Expect.MUST_NOT:
            return piece
        body = self._with_it(piece.data)[1:-1]
        value = piece.group.value
        group = replace(piece.group, value=value[:-2] + chr(self.code) + value[-1])
        data = LF + body[:-1] + bytes((checksum(checked_zone(body, mode)),)) + CR
        return replace(piece, data=data, group=group, expect=Expect.MAY, fault=self.name)
