# SPDX-License-Identifier: Apache-2.0
"""Characters of a frame that belong together, and what a correct receiver makes of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from xky.protocol import Group
from xky.protocol.quick import quick
from xky.protocol.uart import CharacterDefect

__all__ = ["Expect", "Piece", "weakened"]


class Expect(StrEnum):
    """What a correct receiver does with a group as it was sent."""

    MUST = "must report"
    MAY = "may report"
    MUST_NOT = "must not report"


@quick
@dataclass(frozen=True, slots=True)
class Piece:
    """A group with its LF and CR, a delimiter, noise, or silence.

    Attributes:
        data: 7-bit characters as sent.
        group: the group that the meter meant, or as which a receiver may read it; None for delimiters and noise.
        expect: what a correct receiver does with it.
        fault: name of the fault that made or touched it.
        defects: index of a character, and what is wrong with it beside its seven bits.
        pauses: index of a character, and seconds of silence before it; that of the length is the silence behind.
        stretch: duration of its characters over that of the mode's rate.
    """

    data: bytes
    group: Group | None = None
    expect: Expect = Expect.MAY
    fault: str | None = None
    defects: tuple[tuple[int, CharacterDefect], ...] = ()
    pauses: tuple[tuple[int, float], ...] = ()
    stretch: float = 1.0

    @property
    def silences_s(self) -> dict[int, float]:
        """Silence before each character that has one, all its pauses together."""
        silences: dict[int, float] = {}
        for place, pause_s in self.pauses:
            silences[place] = silences.get(place, 0.0) + pause_s
        return silences

    @property
    def is_plain(self) -> bool:
        """Whether it is characters back to back at the rate of the mode, and nothing else."""
        return not self.defects and not self.pauses and self.stretch == 1.0


def weakened(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces, of which a correct receiver may lose any group."""
    return [
        Piece(p.data, p.group, Expect.MAY, p.fault, p.defects, p.pauses, p.stretch) if p.expect is Expect.MUST else p
        for p in pieces
    ]
