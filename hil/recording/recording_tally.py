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

    def trouble(self, baud: int | None = None) -> str | None:
        """What a person should know of a line that is not as a meter's; None where nothing is wrong with it.

        Args:
            baud: bits per second at which it was read; None where nobody told.
        """
        at = "" if baud is None else f" at {baud} baud"
        if self.mode is None:
            if not self.bytes:
                return f"nothing was heard{at}; is the line plugged in, and the meter's TIC on I1-I2?"
            others = ", ".join(f"--baud {mode.baud}" for mode in Mode if mode.baud != baud)
            heard = counted(self.bytes, "byte")
            return f"not one good group in {heard}{at}; is it a TIC line? Try {others}, or leave --mode out"
        if baud not in (None, self.mode.baud):
            return f"its groups are {self.mode} TIC{at}, not {self.mode.baud}: a converter's; kept as they came"
        return None

    def summary(self, out: Path) -> str:
        """The same for people, with the file that holds it."""
        counts = [(self.frames, "whole frame"), (self.damaged_groups, "damaged group"), (self.bytes, "byte")]
        return f"{', '.join(counted(*each) for each in counts)} in {self.lasted_s:.1f} s: {out}"
