# SPDX-License-Identifier: Apache-2.0
"""What receivers make of what follows a low stop bit: they take some bit within a character for the next start bit.

How soon they are in step again depends on the characters, and on the receiver. One waits for the next falling edge;
another takes the low stop bit itself for a start bit (PC16550D data sheet, line status register, bit 3). What either
misreads, no device can be asked for.
"""

from collections.abc import Mapping

from .character_levels import TEXTS, CharacterDefect, character_of
from .mode import CHARACTER_BITS, DATA_BITS

__all__ = ["misread_behind"]

_FALLS = "10"
_LOW = "0"
_STOP = CHARACTER_BITS - 1


def misread_behind(data: bytes, defects: Mapping[int, CharacterDefect], at: int) -> tuple[int, bytes]:
    """Where every receiver is in step again, and what they may have taken for characters until then.

    Args:
        data: 7-bit characters, sent back to back.
        defects: index of a character to what is wrong with it.
        at: index of one with a low stop bit.

    Returns:
        index of the first character from which on they all read what is sent, the length of ``data`` where none is;
        codes that one of them or the other hears between.
    """
    text = "".join([TEXTS[defects.get(index)][code & 0x7F] for index, code in enumerate(data[at:], at)])
    again, heard = zip(*(_until_in_step(text, waits_for_edge) for waits_for_edge in (True, False)), strict=True)
    return at + max(again), b"".join(heard)


def _until_in_step(text: str, waits_for_edge: bool) -> tuple[int, bytes]:
    """The same of one receiver, of the levels of a line whose first character has the low stop bit."""
    codes, stop = bytearray(), _STOP
    while True:
        is_low = text[stop] == _LOW
        start = stop if is_low and not waits_for_edge else text.find(_FALLS, stop) + 1
        if start == 0 or start + CHARACTER_BITS > len(text):
            return len(text) // CHARACTER_BITS, bytes(codes)
        if start % CHARACTER_BITS == 0:
            return start // CHARACTER_BITS, bytes(codes)
        codes.append(character_of(text[start : start + CHARACTER_BITS], DATA_BITS, "E")[0])
        stop = start + _STOP
