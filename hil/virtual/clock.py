# SPDX-License-Identifier: Apache-2.0
"""The clock of a virtual bench: real time so many times as fast, or one that moves only while somebody waits."""

import time
from typing import Protocol

from xky.emulator.runner import check_speed

__all__ = ["BenchClock", "RunningClock", "SteppedClock"]


class BenchClock(Protocol):
    """The time of a bench.

    Attributes:
        speed: bench seconds per real second; 0: it stands until somebody waits.
    """

    speed: float

    def now_s(self) -> float:
        """Seconds since the bench began."""
        ...

    def wait(self, duration_s: float) -> None:
        """Let so much of it pass."""
        ...


class RunningClock:
    """Real time, from now on.

    Args:
        speed: bench seconds per real second.

    Raises:
        InputError: no bench runs at that speed.
    """

    def __init__(self, speed: float = 1.0) -> None:
        check_speed(speed)
        self.speed = speed
        self._began_s = time.monotonic()

    def now_s(self) -> float:
        """Seconds since the bench began."""
        return (time.monotonic() - self._began_s) * self.speed

    def wait(self, duration_s: float) -> None:
        """Sleep until so much of it has passed."""
        time.sleep(duration_s / self.speed)


class SteppedClock:
    """A clock that stands, but for who waits: what takes minutes on a desk takes as long as it takes to reckon."""

    speed = 0.0

    def __init__(self) -> None:
        self._now_s = 0.0

    def now_s(self) -> float:
        """Seconds since the bench began."""
        return self._now_s

    def wait(self, duration_s: float) -> None:
        """Go on at once."""
        self._now_s += duration_s
