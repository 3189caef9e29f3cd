# SPDX-License-Identifier: Apache-2.0
"""Each character as it is on the line, bit by bit: start bit, data, parity, stop bit, sound or spoilt."""

from enum import Enum

from .mode import CHARACTER_BITS

__all__ = ["LEVELS", "TEXTS", "CharacterDefect"]

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
LEVELS = {  # the same as numbers
    defect: [bytes(level == "1" for level in text) for text in texts] for defect, texts in TEXTS.items()
}
