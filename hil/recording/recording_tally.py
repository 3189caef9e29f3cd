# SPDX-License-Identifier: Apache-2.0
"""What a recording heard, in numbers."""

from pathlib import Path

from xky.protocol import Damaged, Event, Frame, Mode

from ..terminal import counted

__all__ = ["RecordingTally"]


class RecordingTally:
    """What was heard so far.

    Attributes:
        bytes: of the line.
        frames: whole ones.
        damaged_groups: groups that were refused.
        mode: of the last frame with a good group.
        lasted_s: seconds from the start to the last byte or look.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self.frames = 0
        self.damaged_groups = 0
        self.mode: Mode | None = None
        self.lasted_s = 0.0

    def add(self, data: bytes, events: list[Event]) -> None:
        """Count what a decoder made of some bytes."""
        self.bytes += len(data)
        for event in events:
            if isinstance(event, Frame):
                self.frames += event.complete
                if event.good:
                    self.mode = event.mode
            elif isinstance(event, Damaged):
                self.damaged_groups += 1

    def summary(self, out: Path) -> str:
        """The same for people, with the file that holds it."""
        counts = [(self.frames, "whole frame"), (self.damaged_groups, "damaged group"), (self.bytes, "byte")]
        return f"{', '.join(counted(*each) for each in counts)} in {self.lasted_s:.1f} s: {out}"
