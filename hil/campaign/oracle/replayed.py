# SPDX-License-Identifier: Apache-2.0
"""The truth about a capture that was sent again: what the general decoder makes of it is what a device may say."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from xky.emulator import Emitted, Expect, Piece, SentFrame, Truth
from xky.emulator.faults import readable
from xky.protocol import LABELS, Burst, Damaged, Frame, Group, Mode
from xky.protocol.general import GeneralDecoder

from .careless_reader import careless

__all__ = ["ReplayedFrame", "truth_of"]

_FAULT = "as recorded"


@dataclass(frozen=True)
class ReplayedFrame(SentFrame):
    """A frame whose characters came when they came, with silences where they were."""

    spans: tuple[tuple[float, float], ...] = ()
    """Start and end of each piece."""

    @cached_property
    def _spans(self) -> list[tuple[float, float]]:
        return [*self.spans]

    @cached_property
    def end_s(self) -> float:
        """End of the last stop bit."""
        return self.spans[-1][1]


class _Sent:
    """Characters so far, of which the decoder may still ask when they were sent."""

    def __init__(self) -> None:
        self._bursts: list[tuple[int, Burst]] = []  # offset of the first character

    def add(self, offset: int, burst: Burst) -> None:
        self._bursts.append((offset, burst))

    def forget(self, before: int) -> None:
        while self._bursts and self._bursts[0][0] + len(self._bursts[0][1].data) <= before:
            del self._bursts[0]

    def data(self, begin: int, end: int) -> bytes:
        return b"".join(burst.data[max(0, begin - at) : max(0, end - at)] for at, burst in self._bursts)

    def start_s(self, offset: int) -> float:
        at, burst = self._of(offset)
        return burst.start_s + (offset - at) * burst.character_s

    def end_s(self, offset: int) -> float:
        at, burst = self._of(offset)
        return burst.end_of(offset - at)

    def is_spoilt(self, begin: int, end: int) -> bool:
        """Whether a character has a defect that seven bits do not show."""
        return any(begin <= at + index < end for at, burst in self._bursts for index in burst.defects)

    def _of(self, offset: int) -> tuple[int, Burst]:
        return next((at, burst) for at, burst in reversed(self._bursts) if at <= offset)


def truth_of(bursts: Iterable[Burst], step: str = "replay") -> Truth:
    """The journal of a replay, as if a meter had sent it.

    A group that the general decoder keeps must be reported, one that it refuses must not. A group that is
    right but for a parity bit may be reported: receivers need not look at parity, the checksum is right. So may
    be the groups of a frame that was cut (02E §1.5.2).

    Args:
        bursts: as they are sent, times on the bench's clock.
        step: name of what the bench is about.
    """
    truth, sent, decoder, offset = Truth(), _Sent(), GeneralDecoder(), 0
    for burst in bursts:
        sent.add(offset, burst)
        offset += len(burst.data)
        for event in decoder.feed(burst.data):
            if isinstance(event, Frame):
                _enter(truth, sent, event, step)
    for event in decoder.close():
        if isinstance(event, Frame):
            _enter(truth, sent, event, step)
    return truth


def _enter(truth: Truth, sent: _Sent, frame: Frame, step: str) -> None:
    sent.forget(frame.offset)
    pieces: list[Piece] = []
    places: list[tuple[int, int]] = []
    at = frame.offset

    def take(end: int, group: Group | None = None, expect: Expect = Expect.MAY, fault: str | None = None) -> None:
        nonlocal at
        if end > at:
            pieces.append(Piece(sent.data(at, end), group, expect, fault))
            places.append((at, end))
            at = end

    for part in frame.groups:
        take(part.offset)
        if isinstance(part, Damaged):
            end = part.offset + part.length
            data = sent.data(part.offset, end)
            read = readable(data, frame.mode)  # a wrong size or type with a right checksum may be passed on
            meant = _meant(data, part, frame.mode) if read is None else read
            take(end, meant, Expect.MUST_NOT if read is None else Expect.MAY, _FAULT)
        else:
            end = part.offset + _length(part)
            known = part.label in LABELS[frame.mode]
            heard = known and frame.complete and not sent.is_spoilt(part.offset, end)
            take(end, part, Expect.MUST if heard else Expect.MAY)
    if frame.complete:
        take(at + 1)  # ETX; noise before it is in no event that this looks at
    if not places:  # an STX, and then another
        return
    spans = tuple((sent.start_s(begin), sent.end_s(end - 1)) for begin, end in places)
    start_s = spans[0][0]
    character_s = (spans[-1][1] - start_s) / sum(len(piece.data) for piece in pieces)
    truth.append(
        ReplayedFrame(len(truth), frame.mode, start_s, character_s, tuple(pieces), frame.complete, step, spans)
    )


def _length(group: Group) -> int:
    """Characters from LF to CR: two delimiters, two separators and the checksum besides the fields."""
    return len(group.label) + len(group.value) + (0 if group.timestamp is None else len(group.timestamp) + 1) + 5


def _meant(data: bytes, damaged: Damaged, mode: Mode) -> Group:
    """What a damaged group is known by; nobody knows what the meter meant."""
    unknown = Group(damaged.label or "?", "")
    return careless(Emitted(unknown, data, Expect.MUST_NOT, _FAULT, 0.0, 0.0), mode)
