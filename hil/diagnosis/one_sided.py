# SPDX-License-Identifier: Apache-2.0
"""What becomes of a character where one level lasts too long: bits change one way only, and only beside an edge."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from xky.protocol import LABELS, Mode
from xky.protocol.mode import DATA_BITS, LF

__all__ = ["EARLY_BITS", "EARLY_SHARE", "Stretched", "beside_edges", "fits_stretched", "stretched"]

EARLY_BITS = 0b1111
"""The first bits of a character: a rate that is off spoils its last ones first, whatever else does spoils all."""

EARLY_SHARE = 0.1
"""Of the damaged characters have one of them wrong, at least, where it is not the rate."""

_LONG = 6  # characters of a label with what stands around it from which chance does not find it
_INTACT = 0.3  # of the bits that a long level can swallow are left, at least: a line that stands still is no label


def _level(character: int, bit: int) -> int:
    """Of eight bits: the start bit stands at -1, the stop bit at 8."""
    return 0 if bit < 0 else 1 if bit > DATA_BITS else character >> bit & 1


@cache
def _turnable(sent: int, level: int) -> int:
    """The bits of a sent character that a long ``level`` swallows, as a mask."""
    mask = 0
    for bit in range(DATA_BITS + 1):
        here = _level(sent, bit)
        # a long 0 reaches into the 1 behind it; a long 1 begins in the 0 before it
        swallowed = _level(sent, bit - 1) != here if level == 0 else _level(sent, bit + 1) != here
        if here != level and swallowed:
            mask |= 1 << bit
    return mask


@cache
def beside_edges(sent: int) -> int:
    """The bits of a sent character that an edge that moves either way can turn over, as a mask."""
    mask = 0
    for bit in range(DATA_BITS + 1):
        if _level(sent, bit - 1) != _level(sent, bit) or _level(sent, bit + 1) != _level(sent, bit):
            mask |= 1 << bit
    return mask


def fits_stretched(sent: int, turned: int, level: int) -> bool:
    """Whether a too long ``level`` can turn over these bits of what was ``sent``; eight bits each."""
    return turned & ~_turnable(sent, level) == 0


@dataclass(frozen=True, slots=True)
class Stretched:
    """Labels found on a line under a level that lasts too long.

    Attributes:
        share: of the labels that so many characters hold, about.
        is_told: whether most of them are damaged, and so that no other cause does it.
    """

    share: float
    is_told: bool


def stretched(codes: bytes, mode: Mode, level: int) -> Stretched:
    """How much of a line reads as its mode's labels under a too long ``level``."""
    found = damaged = early = changed = 0
    for text, heard in _labels(codes, mode, level):
        turned = [one ^ other for one, other in zip(text, heard, strict=True) if one != other]
        found += 1
        damaged += bool(turned)
        changed += len(turned)
        early += sum(bits & EARLY_BITS != 0 for bits in turned)
    share = found / (len(codes) / _characters_a_label(mode) + 1)
    return Stretched(share, damaged > found / 2 and early >= EARLY_SHARE * changed)


def _characters_a_label(mode: Mode) -> float:
    return 20.0 if mode is Mode.STANDARD else 18.0  # 865 characters of 41 groups, 170 of 11 (docs/line.md)


def _labels(codes: bytes, mode: Mode, level: int) -> Iterator[tuple[bytes, bytes]]:
    for text, pattern in _patterns(mode, level):
        least = _INTACT * _other_bits(text, level)
        yield from ((text, found[0]) for found in pattern.finditer(codes) if _other_bits(found[0], level) >= least)


def _other_bits(text: bytes, level: int) -> int:
    """How many data bits are not at that level."""
    ones = sum(code.bit_count() for code in text)
    return ones if level == 0 else DATA_BITS * len(text) - ones


@cache
def _patterns(mode: Mode, level: int) -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    texts = [LF + label.encode() + mode.separator for label in LABELS[mode]]
    return tuple(
        (text, re.compile(b"".join(_any_of(_variants(code, level)) for code in text)))
        for text in texts
        if len(text) >= _LONG
    )


def _variants(code: int, level: int) -> Iterator[int]:
    """The codes that can be heard of one that was sent with even parity."""
    turnable = _turnable(code | code.bit_count() % 2 << DATA_BITS, level)
    bits = [1 << bit for bit in range(DATA_BITS) if turnable >> bit & 1]
    for count in range(len(bits) + 1):
        for turned in combinations(bits, count):
            yield code ^ sum(turned)


def _any_of(codes: Iterable[int]) -> bytes:
    return b"[" + b"".join(b"\\x%02x" % code for code in codes) + b"]"
