# SPDX-License-Identifier: Apache-2.0
"""A group whose checksum character is another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from xky.protocol import Mode
from xky.protocol.mode import CR, EOT, ETX, LF, STX

from ..truth.piece import Piece
from .fault import Fault, damaged

__all__ = ["WrongChecksum"]

CHECKED = 2  # characters at least of a group that still has a checksum, and its end
_DELIMITERS = STX + ETX + EOT + LF + CR
FIRST, COUNT = 0x20, 64  # checksum characters are 0x20 to 0x5F (54E §5.3.6)


@dataclass(frozen=True, slots=True)
class WrongChecksum(Fault):
    """The group of ``label`` keeps its data and gets a wrong checksum, drawn anew for each frame.

    Args:
        label: where.
        same_sum: it is wrong in its highest bit alone, so that the sum fits for a receiver that does not look at it;
            where that would make the end of a group or a frame of it, the group stays right.
    """

    label: str
    same_sum: bool = False

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        def change(data: bytes) -> bytes:
            if len(data) < CHECKED:  # an earlier fault cut the checksum off
                return data
            code = FIRST + (data[-2] - FIRST + rng.randrange(1, COUNT)) % COUNT
            if self.same_sum:
                code = data[-2] ^ COUNT
                if code in _DELIMITERS:
                    return data
            return data[:-2] + bytes((code,)) + data[-1:]

        return damaged(pieces, self.label, mode, self.name, change)
