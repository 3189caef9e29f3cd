# SPDX-License-Identifier: Apache-2.0
"""The two modes of the TIC and what differs between them on the wire."""

from enum import StrEnum
from typing import Never

from .errors import InputError

__all__ = ["CHARACTER_BITS", "CR", "DATA_BITS", "EOT", "ETX", "LF", "STX", "Mode"]

STX, ETX, EOT = b"\x02", b"\x03", b"\x04"  # 54E §5.3.6; EOT in 02E §1.5.2 only
LF, CR = b"\n", b"\r"  # start and end of a group, 54E §5.3.6
DATA_BITS = 7
CHARACTER_BITS = 10  # start, 7 data, even parity, stop: 54E §5.3.5


class Mode(StrEnum):
    """Historic (mode 1, the factory setting) or standard (mode 2); ``Mode("historic")`` is one, too."""

    HISTORIC = "historic"
    STANDARD = "standard"

    baud: int
    """Bits per second on the line (54E §5.3.5, 02E §1.5.1)."""
    character_s: float
    """Duration of one 7E1 character, in seconds."""
    separator: bytes
    """The character between the fields of a group: SP or HT (54E §5.2, §5.3.6)."""

    def __init__(self, name: str) -> None:
        self.baud, self.separator = (1200, b" ") if name == "historic" else (9600, b"\t")
        self.character_s = CHARACTER_BITS / self.baud

    @classmethod
    def _missing_(cls, value: object) -> Never:
        raise InputError(f"mode {value!r}: not known; known: {', '.join(cls)}")
