# SPDX-License-Identifier: Apache-2.0
"""What a decoder told, in numbers: nothing else of a capture is kept, so that one of any size can be shown."""

from collections import Counter

from xky.protocol import Event, Frame, Group, Noise
from xky.protocol.timestamp import TimestampMark

__all__ = ["EventTally"]


class EventTally:
    """Counts events in the order in which a decoder tells them.

    Attributes:
        bytes: of the input; counted by who feeds the decoder.
        frames, whole: all frames, and those from STX to ETX.
        groups, refused: all groups, and those that were refused.
        marks: horodates of groups that were kept, by what is to be said of them.
        noise: bytes outside any group.
        first_stx: its offset; None where none came yet.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self.frames = 0
        self.whole = 0
        self.groups = 0
        self.refused = 0
        self.marks: Counter[TimestampMark] = Counter()
        self.noise = 0
        self.first_stx: int | None = None
        self._last_noise = -1

    def add(self, event: Event) -> None:
        """Count one more."""
        if isinstance(event, Frame):
            self.frames += 1
            self.whole += event.complete
            self.groups += len(event.groups)
            self.refused += len(event.groups) - len(event.good)
            self.marks.update(
                mark for group in event.groups if isinstance(group, Group) and (mark := group.timestamp_mark)
            )
            # groups outside any frame come with the offset of the first of them
            if self.first_stx is None and not (event.groups and event.groups[0].offset == event.offset):
                self.first_stx = event.offset
        elif isinstance(event, Noise):
            self.noise += event.length
            self._last_noise = event.offset

    @property
    def bad(self) -> bool:
        """Whether a group was refused or noise lies after the first STX."""
        return self.refused > 0 or (self.first_stx is not None and self._last_noise > self.first_stx)
