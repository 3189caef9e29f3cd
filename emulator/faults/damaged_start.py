# SPDX-License-Identifier: Apache-2.0
"""A group whose LF arrives as another control character (hekmon/linkytic#67)."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode

from ..truth.piece import Piece
from .fault import Fault, damaged

__all__ = ["DamagedStart"]

_SEEN = b"\x0b\x0e\x0f"  # what LF became in hekmon/linkytic#67


@dataclass(frozen=True, slots=True)
class DamagedStart(Fault):
    """The LF of ``label`` is VT, SO or SI: the group may be lost or recovered."""

    french_name: ClassVar[str] = "début de groupe altéré"
    french: ClassVar[str] = "Le LF du groupe devient VT, SO ou SI : le groupe peut être perdu ou retrouvé."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        start = bytes((rng.choice(_SEEN),))
        return damaged(pieces, self.label, mode, self.name, lambda data: start + data[1:])
