# SPDX-License-Identifier: Apache-2.0
"""Pieces of a frame on the clock: where each begins and ends, and as which bursts they travel."""

from collections.abc import Iterable, Sequence

from xky.protocol import Burst
from xky.protocol.uart import CharacterDefect

from .piece import Piece

__all__ = ["bursts_of", "end_of", "spans_of"]


def spans_of(pieces: Iterable[Piece], start_s: float, character_s: float) -> list[tuple[float, float]]:
    """Start of the first and end of the last character of each piece, in seconds on the bench's clock.

    Args:
        pieces: in order.
        start_s: of the first.
        character_s: duration of a character at the mode's rate.
    """
    spans, now_s = [], start_s
    for piece in pieces:
        if not piece.pauses and piece.stretch == 1.0:
            begin_s, now_s = now_s, now_s + len(piece.data) * character_s
            spans.append((begin_s, now_s))
            continue
        silences = piece.silences_s
        behind_s = silences.get(len(piece.data), 0.0)
        begin_s = now_s + (silences.get(0, 0.0) if piece.data else 0.0)
        now_s += sum(silences.values()) + len(piece.data) * character_s * piece.stretch
        spans.append((begin_s, now_s - (behind_s if piece.data else 0.0)))
    return spans


def end_of(pieces: Iterable[Piece], start_s: float, character_s: float) -> float:
    """End of the last character, or of the silence behind it; arguments as above."""
    now_s = start_s
    for piece in pieces:
        now_s += len(piece.data) * character_s * piece.stretch + (
            sum(pause_s for _, pause_s in piece.pauses) if piece.pauses else 0.0
        )
    return now_s


def bursts_of(pieces: Sequence[Piece], start_s: float, character_s: float) -> list[Burst]:
    """The pieces as bursts: a new one behind each silence and at each change of the rate.

    Args:
        pieces: in order.
        start_s: of the first, in seconds on the bench's clock.
        character_s: duration of a character at the mode's rate.
    """
    odd = [place for place, piece in enumerate(pieces) if piece.defects or piece.pauses or piece.stretch != 1.0]
    if not odd:
        return [Burst(start_s, character_s, b"".join([piece.data for piece in pieces]))]
    under_way = _UnderWay(start_s)
    under_way.go_on_at(character_s)
    under_way.add(b"".join([piece.data for piece in pieces[: odd[0]]]), ())
    for piece in pieces[odd[0] :]:
        under_way.go_on_at(character_s * piece.stretch)
        if not piece.pauses:
            under_way.add(piece.data, piece.defects)
            continue
        silences, begin = piece.silences_s, 0
        for place in sorted(place for place in silences if 0 <= place <= len(piece.data)):
            under_way.add(piece.data[begin:place], [(at - begin, d) for at, d in piece.defects if begin <= at < place])
            under_way.be_silent(silences[place])
            begin = place
        under_way.add(piece.data[begin:], [(at - begin, d) for at, d in piece.defects if at >= begin])
    under_way.end()
    return under_way.bursts


class _UnderWay:
    """Bursts as they are made."""

    def __init__(self, now_s: float) -> None:
        self.bursts: list[Burst] = []
        self._now_s = now_s
        self._character_s = 0.0
        self._data = bytearray()
        self._defects: dict[int, CharacterDefect] = {}

    def go_on_at(self, character_s: float) -> None:
        if character_s != self._character_s:
            self.end()
            self._character_s = character_s

    def be_silent(self, pause_s: float) -> None:
        if pause_s:
            self.end()
            self._now_s += pause_s

    def add(self, data: bytes, defects: Iterable[tuple[int, CharacterDefect]]) -> None:
        if defects:
            self._defects.update([(len(self._data) + at, defect) for at, defect in defects if at < len(data)])
        self._data += data

    def end(self) -> None:
        if self._data:
            burst = Burst(self._now_s, self._character_s, bytes(self._data), self._defects)
            self.bursts.append(burst)
            self._now_s = burst.end_s
        self._data, self._defects = bytearray(), {}
