# SPDX-License-Identifier: Apache-2.0
"""The last frames of a run that may go on for days."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from xky.emulator import SentFrame

__all__ = ["FRAMES_KEPT", "Entry", "Journal"]

FRAMES_KEPT = 1000  # a quarter of an hour in standard mode; about two megabytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A frame, its number since the start, and the faults that were on the line when it was made."""

    number: int
    frame: SentFrame
    faults: tuple[str, ...]


class Journal:
    """Frames by their number since the start, the last ``kept`` of them.

    Attributes:
        total: frames entered since the start; the next one has this number.
    """

    def __init__(self, kept: int = FRAMES_KEPT) -> None:
        self._frames: deque[Entry] = deque(maxlen=kept)
        self.total = 0

    def add(self, frame: SentFrame, faults: tuple[str, ...] = ()) -> None:
        """Enter a frame that is over."""
        self._frames.append(Entry(self.total, frame, faults))
        self.total += 1

    @property
    def oldest(self) -> int:
        """Number of the oldest frame that is still kept; ``total`` when there is none."""
        return self.total - len(self._frames)

    def since(self, number: int, limit: int) -> Sequence[Entry]:
        """The frames from that number on, so many at most, of those that are kept."""
        start = min(max(number - self.oldest, 0), len(self._frames))
        return list(islice(self._frames, start, start + limit))
