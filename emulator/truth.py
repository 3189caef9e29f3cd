# SPDX-License-Identifier: Apache-2.0
"""The journal of what really went onto the line: the only thing that readings are judged against."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import overload

from xky.protocol import Group, Mode

__all__ = ["Emitted", "Expect", "Piece", "SentFrame", "Truth"]


class Expect(StrEnum):
    """What a correct receiver does with a group as it was sent."""

    MUST = "must report"
    MAY = "may report"
    MUST_NOT = "must not report"


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a frame that belong together: a group with its LF and CR, a delimiter, or noise.

    Attributes:
        data: 7-bit characters as sent.
        group: the group that the meter meant; None for delimiters and noise.
        expect: what a correct receiver does with it.
        fault: name of the fault that made or touched it.
    """

    data: bytes
    group: Group | None = None
    expect: Expect = Expect.MAY
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Emitted:
    """One group on the line: what the meter meant, what was sent, from when to when (bench's clock)."""

    group: Group
    data: bytes
    expect: Expect
    fault: str | None
    start_s: float
    end_s: float


@dataclass(frozen=True)
class SentFrame:
    """One frame as sent, whole or cut.

    Attributes:
        number: place in the journal.
        start_s: first start bit, bench's clock.
        character_s: duration of a character.
        complete: STX, and ETX at its end.
        step: what the bench was about, as it named it.
    """

    number: int
    mode: Mode
    start_s: float
    character_s: float
    pieces: tuple[Piece, ...]
    complete: bool
    step: str

    @property
    def end_s(self) -> float:
        """End of the last stop bit."""
        return self.start_s + self.character_s * sum(len(piece.data) for piece in self.pieces)

    @property
    def data(self) -> bytes:
        """All characters of the frame."""
        return b"".join([piece.data for piece in self.pieces])

    @cached_property
    def groups(self) -> tuple[Emitted, ...]:
        """The groups in order, with their times."""
        groups, sent = [], 0
        for piece in self.pieces:
            start = self.start_s + sent * self.character_s
            sent += len(piece.data)
            if piece.group is not None:
                end = self.start_s + sent * self.character_s
                groups.append(Emitted(piece.group, piece.data, piece.expect, piece.fault, start, end))
        return tuple(groups)


class Truth(Sequence[SentFrame]):
    """Every frame sent, in order."""

    def __init__(self) -> None:
        self._frames: list[SentFrame] = []

    def append(self, frame: SentFrame) -> None:
        """Enter a frame; ``number`` is its place."""
        self._frames.append(frame)

    def clear(self) -> None:
        """Forget everything: for a line that nobody is judged on."""
        self._frames.clear()

    def around(self, at_s: float, within_s: float) -> list[SentFrame]:
        """The frames that started at most so long before or after an instant."""
        first = bisect_left(self._frames, at_s - within_s, key=lambda frame: frame.start_s)
        last = bisect_right(self._frames, at_s + within_s, key=lambda frame: frame.start_s)
        return self._frames[first:last]

    def of_step(self, step: str) -> list[SentFrame]:
        """The frames of one step."""
        return [frame for frame in self._frames if frame.step == step]

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[SentFrame]:
        return iter(self._frames)

    @overload
    def __getitem__(self, place: int) -> SentFrame: ...
    @overload
    def __getitem__(self, place: slice) -> list[SentFrame]: ...
    def __getitem__(self, place: int | slice) -> SentFrame | list[SentFrame]:
        return self._frames[place]
