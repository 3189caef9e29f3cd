# SPDX-License-Identifier: Apache-2.0
"""How long a step is held: frame after frame, by the period of the frames of now and the limits that follow from it."""

from collections.abc import Callable, Iterator

from xky.emulator.line.transmitter import FRAME_GAP_S

from ..bench.bench import Bench
from ..bench.limits import TimeLimits, limits_for

__all__ = ["Hold", "LastsS", "Pace"]

_FIRST_FRAMES = 2  # of a step that are sent though nobody hears them

LastsS = Callable[[TimeLimits, float], float]
"""How long a step lasts, in seconds, by the limits and the period of the frames of now, in seconds."""


class Pace:
    """The pace of a line.

    Args:
        bench: whose line it is.
        speed: bench seconds per real second; 1 in virtual time.
    """

    def __init__(self, bench: Bench, speed: float) -> None:
        self._bench = bench
        self._speed = speed
        self._known: tuple[float, TimeLimits] | None = None

    @property
    def period_s(self) -> float:
        """The period of the last frame, in seconds; a second where there was none."""
        frames = self._bench.truth
        return frames[-1].end_s - frames[-1].start_s + max(FRAME_GAP_S) if len(frames) else 1.0

    def limits(self, period_s: float) -> TimeLimits:
        """The limits where frames come every ``period_s`` seconds."""
        if self._known is None or self._known[0] != period_s:  # most frames are as long as the one before
            self._known = period_s, limits_for(self._bench.board, period_s, self._speed)
        return self._known[1]


class Hold:
    """One step, from now on: so many frames, and as many as start within a duration that they may change.

    Args:
        bench: whose clock it goes by.
        pace: of its line.
        lasts_s: how long it is.
        at_least: so many frames.
    """

    def __init__(self, bench: Bench, pace: Pace, lasts_s: LastsS, at_least: int) -> None:
        self._bench = bench
        self._pace = pace
        self._lasts_s = lasts_s
        self._at_least = at_least
        self._began_s = float(bench.env.now)
        self._number = 0

    def frames(self) -> Iterator[int]:
        """The number of each frame, told where it may start."""
        while self._number < self._at_least or self._left_s > 0.0:
            yield self._number
            self._number += 1

    @property
    def lull_s(self) -> float:
        """For how many seconds from the boundary of the frame of now on no frame is needed that nobody hears: each step
        has its first ones, and its last."""
        return self._left_s if self._number >= max(self._at_least, _FIRST_FRAMES) else 0.0

    @property
    def _left_s(self) -> float:
        period_s = self._pace.period_s
        # half a period of slack: n periods are n frames, though their gaps are not the longest
        held_s = float(self._bench.env.now) - self._began_s
        return self._lasts_s(self._pace.limits(period_s), period_s) - 0.5 * period_s - held_s
