# SPDX-License-Identifier: Apache-2.0
"""The last frames of a run that may go on for days."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from xky.emulator import SentFrame

__all__ = ["FRAMES_KEPT", "Journal"]

FRAMES_KEPT = 1000  # a quarter of an hour in standard mode; about two megabytes


class Journal:
    """Frames by their number since the start, the last ``kept`` of them.

    Attributes:
        total: frames entered since the start; the next one has this number.
    """

    def __init__(self, kept: int = FRAMES_KEPT) -> None:
        self._frames: deque[SentFrame] = deque(maxlen=kept)
        self.total = 0

    def add(self, frame: SentFrame) -> None:
        """Enter a frame that is over."""
        self._frames.append(frame)
        self.total += 1

    @property
    def oldest(self) -> int:
        """Number of the oldest frame that is still kept; ``total`` when there is none."""
        return self.total - len(self._frames)

    def since(self, number: int, limit: int) -> Sequence[tuple[int, SentFrame]]:
        """The frames from that number on with their numbers, so many at most, of those that are kept."""
        first = max(number, self.oldest)
        start = first - self.oldest
        return list(enumerate(islice(self._frames, start, start + limit), first))
