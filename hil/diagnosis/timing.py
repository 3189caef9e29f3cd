# SPDX-License-Identifier: Apache-2.0
"""What the times of a line tell: its rate within bounds, and where it was silent."""

from dataclasses import dataclass
from itertools import pairwise

from xky.protocol import Mode
from xky.protocol.capture import SILENCE_S, Run
from xky.protocol.mode import CHARACTER_BITS, ETX, STX

from .heard import Heard

__all__ = ["Rate", "Silence", "rate_of", "silences"]

FRAME_GAP_S = (0.0167, 0.0334)  # ETX to next STX (54E §5.3.6)
_STAMP_S = 0.001  # a read returns that much later than the other, in a pair, over many of them
_ENOUGH_S = 2.0  # of characters, for bounds that say anything
_PAUSE = 0.3  # of the time of a frame; a line so slow is not read at all, so the rest is a pause
_STX_PARITY = bytes((STX[0] | 0x80,))
_LONG_S = 0.1  # a silence worth telling; the longest of the texts is 33.4 ms


@dataclass(frozen=True, slots=True)
class Rate:
    """Bits per second, between two bounds."""

    low_baud: float
    high_baud: float

    @property
    def baud(self) -> float:
        """The middle."""
        return (self.low_baud + self.high_baud) / 2


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence of a tenth of a second or more.

    Attributes:
        at_s: when it began, in seconds since the beginning.
        for_s: how long it was.
        behind: the last byte before it.
    """

    at_s: float
    for_s: float
    behind: int


def rate_of(heard: Heard, mode: Mode | None) -> Rate | None:
    """The rate of the characters, from end to end of frames; None where the times do not tell.

    The texts let a meter be silent between two groups, and a run hides some silence: so the upper bound is that of a
    line that was silent wherever it may have been.
    """
    if not heard.is_timed or mode is None:
        return None
    characters, took_s, frames, silent_s = 0, 0.0, 0, 0.0
    since = _Stretch()
    for before, run in pairwise(run for run in heard.runs if run.data):
        since.add(before, run, mode)
        if run.data[-1] & 0x7F != ETX[0]:
            continue
        if since.begins_with_frame and since.silent_s <= _PAUSE * since.took_s:
            characters, took_s = characters + since.characters, took_s + since.took_s
            frames, silent_s = frames + since.frames, silent_s + since.silent_s
        since = _Stretch()
    if took_s < _ENOUGH_S:
        return None
    shortest_s, slack_s = frames * FRAME_GAP_S[0], frames * _STAMP_S
    bits = characters * CHARACTER_BITS
    low = bits / (took_s - shortest_s + slack_s)
    return Rate(low, max(low, bits / (took_s - max(silent_s, frames * FRAME_GAP_S[1]) - slack_s)))


class _Stretch:
    """Runs from the end of a frame to the end of one."""

    def __init__(self) -> None:
        self.characters, self.frames = 0, 0
        self.took_s = self.silent_s = 0.0
        self.begins_with_frame = False

    def add(self, before: Run, run: Run, mode: Mode) -> None:
        """Take one more run."""
        if not self.characters:
            self.begins_with_frame = bytes((before.data[-1] & 0x7F, run.data[0] & 0x7F)) == ETX + STX
        span_s = run.end_s - before.end_s
        self.characters += len(run.data)
        self.took_s += span_s
        self.silent_s += max(span_s - len(run.data) * mode.character_s, 0.0) + SILENCE_S
        self.frames += run.data.count(STX) + run.data.count(_STX_PARITY)


def silences(heard: Heard, mode: Mode | None) -> list[Silence]:
    """The silences of a tenth of a second or more; none where times are not known."""
    character_s = (mode or Mode.STANDARD).character_s
    found = list[Silence]()
    if not heard.is_timed:
        return found
    for before, run in pairwise(run for run in heard.runs if run.data):
        for_s = run.end_s - before.end_s - len(run.data) * character_s
        if for_s >= _LONG_S:
            found.append(Silence(before.end_s, for_s, before.data[-1]))
    last = heard.runs[-1] if heard.runs else None
    if last is not None and heard.lasted_s - last.end_s >= _LONG_S:
        found.append(Silence(last.end_s, heard.lasted_s - last.end_s, last.data[-1] if last.data else 0))
    return found
