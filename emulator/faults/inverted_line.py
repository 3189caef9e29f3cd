# SPDX-License-Identifier: Apache-2.0
"""A line whose levels are swapped: the receiving stage inverts once too often, or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from xky.protocol import Burst, Mode
from xky.protocol.mode import CHARACTER_BITS, DATA_BITS
from xky.protocol.uart import CharacterDefect, levels

from ..truth.piece import Piece
from .fault import Fault

__all__ = ["InvertedLine"]

_STOP = CHARACTER_BITS - 1


@dataclass(frozen=True, slots=True)
class InvertedLine(Fault):
    """Each 0 arrives as a 1 and each 1 as a 0; the silence behind the frame is a level 0 and says nothing.

    The levels are those of an inverted line, cut anew into characters; where one of them has neither its parity nor its
    stop bit, its parity bit is not as on the line: for a receiver it is no character either way.
    """

    french_name: ClassVar[str] = "ligne inversée"
    french: ClassVar[str] = (
        "Chaque 0 arrive comme un 1 et chaque 1 comme un 0 ; le silence après la trame est un niveau 0 et ne dit rien."
    )

    def apply(self, pieces: Sequence[Piece], mode: Mode, rng: Random) -> list[Piece]:
        swapped = bytes(1 - level for piece in pieces for level in _levels(piece, mode))
        return [_as_piece(swapped + bytes(CHARACTER_BITS), mode, self.name)] if swapped else list(pieces)


def _levels(piece: Piece, mode: Mode) -> Iterable[int]:
    """Of a piece, bit by bit, with the silence before each of its characters."""
    silences, defects = piece.silences_s, dict(piece.defects)
    for at in range(len(piece.data)):
        yield from (1,) * round(silences.get(at, 0.0) * mode.baud)
        here = {0: defects[at]} if at in defects else {}
        yield from levels(Burst(0.0, 1.0, piece.data[at : at + 1], here))
    yield from (1,) * round(silences.get(len(piece.data), 0.0) * mode.baud)


def _as_piece(bits: bytes, mode: Mode, fault: str) -> Piece:
    """Characters, and silences of so many bits between them, that put these levels on the line."""
    data, defects, pauses = bytearray(), list[tuple[int, CharacterDefect]](), list[tuple[int, float]]()
    at = 0
    while (start := bits.find(0, at)) >= 0 and start + CHARACTER_BITS <= len(bits):
        if start > at:
            pauses.append((len(data), (start - at) / mode.baud))
        cell = bits[start : start + CHARACTER_BITS]
        code = sum(level << bit for bit, level in enumerate(cell[1 : 1 + DATA_BITS]))
        if not cell[_STOP]:
            defects.append((len(data), CharacterDefect.FRAMING))
        elif cell[_STOP - 1] != code.bit_count() % 2:
            defects.append((len(data), CharacterDefect.PARITY))
        data.append(code)
        at = start + CHARACTER_BITS
    return Piece(bytes(data), None, fault=fault, defects=tuple(defects), pauses=tuple(pauses))
