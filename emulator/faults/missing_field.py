# SPDX-License-Identifier: Apache-2.0
"""A group that has a field less than it should, with the checksum that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from xky.protocol import Mode, checksum
from xky.protocol.checksum import checked_zone
from xky.protocol.mode import CR, LF

from ..truth.piece import Piece
from .fault import Fault, damaged

__all__ = ["MissingField"]


@dataclass(frozen=True, slots=True)
class MissingField(Fault):
    """The group of ``label`` has no ``field``, and one separator less; the checksum fits what is left.

    Without its value, label and checksum alone remain, which is no group; without its horodate, a receiver may pass
    it on.
    """

    label: str
    field: Literal["value", "horodate"] = "value"

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            label, *fields = data[1:-1].split(mode.separator)
            if self.field == "horodate":
                if mode is Mode.HISTORIC or len(fields) < 3:
                    return data
                kept = [label, *fields[1:-1]]
            else:
                kept = [label]
            body = mode.separator.join([*kept, b"?"])
            return LF + body[:-1] + bytes((checksum(checked_zone(body, mode)),)) + CR

        return damaged(pieces, self.label, mode, self.name, change)
