# SPDX-License-Identifier: Apache-2.0
"""A line's characters as groups and frames: which are good and where, which were refused and why."""

from collections import Counter
from dataclasses import dataclass

from xky.protocol import Damaged, Decoder, Frame, Group, Interrupted, Mode, Noise
from xky.protocol.mode import CR
from xky.protocol.model import Cut

__all__ = ["Placed", "ReadFrame", "Reading", "read"]

_PORTION = 1 << 16


@dataclass(frozen=True, slots=True)
class Placed:
    """A good group: its label, and where it lies, LF to CR."""

    label: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """A frame: labels and values of its good groups, whether it was whole, how many groups were refused."""

    mode: Mode
    values: dict[str, str]
    complete: bool
    refused: int


@dataclass(frozen=True)
class Reading:
    """What a decoder made of a line.

    Attributes:
        mode: of most of the good groups; None without any.
        groups: the good ones, in order of place.
        frames: in order.
        refused: groups that were refused.
        cut: frames that ended before their ETX, by what ended them; not by the end of the input.
        noise: characters outside of groups.
    """

    mode: Mode | None
    groups: tuple[Placed, ...]
    frames: tuple[ReadFrame, ...]
    refused: tuple[Damaged, ...]
    cut: Counter[Cut]
    noise: int

    @property
    def whole(self) -> tuple[ReadFrame, ...]:
        """Frames from STX to ETX with groups, none of them refused."""
        return tuple(frame for frame in self.frames if frame.complete and frame.values and not frame.refused)


def read(codes: bytes) -> Reading:
    """Decode characters of seven bits.

    Where any frame is whole, the cut ones at both ends are left out: whoever begins to listen hears half a frame.
    """
    decoder = Decoder()
    events = [event for at in range(0, len(codes), _PORTION) for event in decoder.feed(codes[at : at + _PORTION])]
    events += decoder.close()
    frames = [event for event in events if isinstance(event, Frame)]
    whole = [index for index, frame in enumerate(frames) if frame.complete and len(frame.good) == len(frame.groups) > 0]
    first, last = (0, len(frames)) if not whole else (not frames[0].complete, len(frames) - (not frames[-1].complete))
    kept = frames[first:last]
    modes = Counter({mode: sum(len(frame.good) for frame in kept if frame.mode is mode) for mode in Mode})
    refused = [group for frame in kept for group in frame.groups if isinstance(group, Damaged)]
    cut = Counter[Cut](event.by for event in events if isinstance(event, Interrupted) and event.by is not Cut.END)
    return Reading(
        modes.most_common(1)[0][0] if modes.total() else None,
        tuple(_placed(group, codes) for frame in kept for group in frame.good),
        tuple(ReadFrame(one.mode, dict(one.values), one.complete, len(one.groups) - len(one.good)) for one in kept),
        tuple(refused),
        cut,
        sum(event.length for event in events if isinstance(event, Noise)),
    )


def _placed(group: Group, codes: bytes) -> Placed:
    return Placed(group.label, group.offset, codes.index(CR, group.offset) + 1)
