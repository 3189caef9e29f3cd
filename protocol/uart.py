# SPDX-License-Identifier: Apache-2.0
"""What travels on a line, and what a UART makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Burst", "Defect"]


class Defect(Enum):
    """What is wrong with one character on the line."""

    PARITY = "parity bit inverted"
    FRAMING = "stop bit low"


@dataclass(frozen=True, slots=True)
class Burst:
    """Characters sent back to back.

    Attributes:
        start_s: time of the first start bit, in seconds on the bench's clock.
        character_s: duration of one character, in seconds (10 bits of 7E1).
        data: the 7-bit characters, parity not included.
        defects: index of a character to what is wrong with it; sparse.
    """

    start_s: float
    character_s: float
    data: bytes
    defects: Mapping[int, Defect] = field(default_factory=dict)

    @property
    def end_s(self) -> float:
        """End of the last stop bit."""
        return self.start_s + len(self.data) * self.character_s

    def end_of(self, index: int) -> float:
        """End of the stop bit of the character at ``index``."""
        return self.start_s + (index + 1) * self.character_s
