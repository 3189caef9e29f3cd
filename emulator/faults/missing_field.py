# SPDX-License-Identifier: Apache-2.0
"""A group that has a field less than it should, with the checksum that fits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar, Literal

from xky.protocol import Mode, checksum
from xky.protocol.checksum import checked_zone
from xky.protocol.mode import CR, LF

from ..truth.piece import Expect, Piece
from .fault import Fault, altered

__all__ = ["MissingField"]


@dataclass(frozen=True, slots=True)
class MissingField(Fault):
    """The group of ``label`` has no ``field``, and one separator less; the checksum fits what is left.

    A receiver may pass on what is left: without its value an empty one, without its horodate the value alone.
    """

    french_name: ClassVar[str] = "champ absent"
    french: ClassVar[str] = (
        "Le groupe n’a pas de « champ », et un séparateur de moins ; le checksum convient à ce qui reste."
    )

    label: str
    field: Literal["value", "horodate"] = "value"

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return altered(pieces, self.label, lambda piece: self._shortened(piece, mode))

    def _shortened(self, piece: Piece, mode: Mode) -> Piece:
        group = piece.group
        if group is None or piece.expect is Expect.MUST_NOT:
            return piece
        if self.field == "horodate":
            if group.timestamp is None:
                return piece
            left = replace(group, timestamp=None)
            said = [group.label.encode(), group.value.encode()]
        else:
            left = replace(group, value="", timestamp=None)
            said = [group.label.encode()]
        body = mode.separator.join([*said, b"?"])
        data = LF + body[:-1] + bytes((checksum(checked_zone(body, mode)),)) + CR
        return Piece(data, left, Expect.MAY, self.name)
