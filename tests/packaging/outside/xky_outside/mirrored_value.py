# SPDX-License-Identifier: Apache-2.0
"""A group whose value is read from behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.emulator.faults import Fault
from xky.emulator.faults.fault import damaged, data_places
from xky.emulator.truth.piece import Piece
from xky.protocol import Mode


@dataclass(frozen=True, slots=True)
class MirroredValue(Fault):
    """The value of ``label`` comes from behind; the checksum, a sum, still fits."""

    french_name: ClassVar[str] = "valeur à l'envers"
    french: ClassVar[str] = "La valeur du groupe est écrite de la fin au début ; le checksum, une somme, reste juste."

    label: str

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            places = data_places(data, mode)
            return data[: places.start] + data[places.start : places.stop][::-1] + data[places.stop :]

        return damaged(pieces, self.label, mode, self.name, change)
