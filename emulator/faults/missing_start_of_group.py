# SPDX-License-Identifier: Apache-2.0
"""A group whose LF never arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Mode
from xky.protocol.mode import LF

from ..truth.piece import Piece
from .fault import Fault, damaged

__all__ = ["MissingStartOfGroup"]


@dataclass(frozen=True, slots=True)
class MissingStartOfGroup(Fault):
    """The group of ``label`` has no LF: it may be lost or recovered."""

    french_name: ClassVar[str] = "début de groupe absent (LF)"
    french: ClassVar[str] = "Le groupe n’a pas de LF : il peut être perdu ou retrouvé."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        return damaged(pieces, self.label, mode, self.name, lambda data: data.removeprefix(LF))
