# SPDX-License-Identifier: Apache-2.0
"""The journal of what really went onto the line: the only thing that readings are judged against."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, overload

from xky.protocol import Group, Mode

from .piece import Expect, Piece
from .timing import end_of, spans_of

__all__ = ["Emitted", "SentFrame", "Truth"]

_new = tuple.__new__  # a third of what the class itself takes


class Emitted(NamedTuple):
    """One group on the line: what the meter meant, what was sent, from when to when (bench's clock).

    A tuple, since there are hundreds of thousands in a run.
    """

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

    @cached_property
    def end_s(self) -> float:
        """End of the last stop bit, or of the silence behind it."""
        return end_of(self.pieces, self.start_s, self.character_s)

    @property
    def data(self) -> bytes:
        """All characters of the frame."""
        return b"".join([piece.data for piece in self.pieces])

    @cached_property
    def _spans(self) -> list[tuple[float, float]]:
        return spans_of(self.pieces, self.start_s, self.character_s)

    @cached_property
    def groups(self) -> tuple[Emitted, ...]:
        """The groups in order, with their times."""
        return tuple(
            [
                _new(Emitted, (piece.group, piece.data, piece.expect, piece.fault, start_s, end_s))
                for piece, (start_s, end_s) in zip(self.pieces, self._spans, strict=True)
                if piece.group is not None
            ]
        )

    def emitted(self, place: int) -> Emitted:
        """The one of them that is the piece at a place."""
        piece = self.pieces[place]
        assert piece.group is not None
        return Emitted(piece.group, piece.data, piece.expect, piece.fault, *self._spans[place])


class Truth(Sequence[SentFrame]):
    """Every frame sent, in order."""

    def __init__(self) -> None:
        self._frames: list[SentFrame] = []
        self._starts_s: list[float] = []  # of each, since that is looked for more than all else
        self._of_step: dict[str, list[SentFrame]] = {}

    def append(self, frame: SentFrame) -> None:
        """Enter a frame; ``number`` is its place."""
        self._frames.append(frame)
        self._starts_s.append(frame.start_s)
        of_step = self._of_step.get(frame.step)
        if of_step is None:
            of_step = self._of_step[frame.step] = []
        of_step.append(frame)

    def clear(self) -> None:
        """Forget everything: for a line that nobody is judged on."""
        self._frames.clear()
        self._starts_s.clear()
        self._of_step.clear()

    def begun_by(self, at_s: float) -> int:
        """How many frames had begun at an instant.

        Args:
            at_s: the instant, seconds.
        """
        return bisect_right(self._starts_s, at_s)

    def around(self, at_s: float, within_s: float, after_s: float | None = None) -> list[SentFrame]:
        """The frames that were on the line at most so long before or after an instant; a slow one began long before.

        Args:
            at_s: the instant, seconds.
            within_s: how long before it, and after it unless ``after_s`` tells, seconds.
            after_s: how long after it, seconds.
        """
        from_s, until_s = at_s - within_s, at_s + (within_s if after_s is None else after_s)
        first = bisect_left(self._starts_s, from_s)
        while first and self._frames[first - 1].end_s >= from_s:
            first -= 1
        return self._frames[first : self.begun_by(until_s)]

    def of_step(self, step: str) -> list[SentFrame]:
        """The frames of one step."""
        return list(self._of_step.get(step, ()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Truth) and self._frames == other._frames

    __hash__ = None  # type: ignore[assignment]  # it grows

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
