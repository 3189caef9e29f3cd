# SPDX-License-Identifier: Apache-2.0
"""Each character as it is on the line, bit by bit: start bit, data, parity, stop bit, sound or spoilt."""

from enum import Enum
from functools import cache
from typing import Literal

from .mode import CHARACTER_BITS

__all__ = ["TEXTS", "CharacterDefect", "Parity", "character_of"]

Parity = Literal["E", "O", "N", "M", "S"]
_PARITY_BIT, _STOP_BIT = 1 << 8, 1 << 9


class CharacterDefect(Enum):
    """What is wrong with one character, as sent on the line or as told by a UART."""

    PARITY = "parity bit inverted"
    FRAMING = "stop bit low"


def _pattern(code: int) -> int:
    """Levels of a sound character, start bit in bit 0."""
    return code << 1 | (code.bit_count() % 2) << 8 | _STOP_BIT


_PATTERNS: dict[CharacterDefect | None, list[int]] = {
    None: [_pattern(code) for code in range(128)],
    CharacterDefect.PARITY: [_pattern(code) ^ _PARITY_BIT for code in range(128)],
    CharacterDefect.FRAMING: [_pattern(code) & ~_STOP_BIT for code in range(128)],
}
TEXTS = {  # as they are on the line, first bit first
    defect: [format(pattern, f"0{CHARACTER_BITS}b")[::-1] for pattern in patterns]
    for defect, patterns in _PATTERNS.items()
}


@cache
def character_of(text: str, data_bits: int, parity: Parity) -> tuple[int, CharacterDefect | None]:
    """Code and complaint from the sampled levels, start bit to stop bit, a figure each; there are no more than bits can
    spell."""
    levels = [int(figure) for figure in text]
    code = sum(level << bit for bit, level in enumerate(levels[1 : 1 + data_bits]))
    if not levels[-1]:
        return code, CharacterDefect.FRAMING
    odd = sum(levels[1:-1]) % 2 == 1  # data and parity
    wrong = {"N": False, "E": odd, "O": not odd, "M": not levels[-2], "S": levels[-2]}[parity]
    return code, CharacterDefect.PARITY if wrong else None
