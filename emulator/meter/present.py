# SPDX-License-Identifier: Apache-2.0
"""The true time of a meter: by a clock that somebody else runs, or by one of its own."""

from collections.abc import Callable

__all__ = ["Present"]


class Present:
    """The instant that it is now; integers of microseconds since 1970, UTC.

    Args:
        at_us: the present at the beginning.
    """

    def __init__(self, at_us: int) -> None:
        self._waited_s = 0.0
        self._own_s: Callable[[], float] = lambda: self._waited_s
        self.elapsed_s = self._own_s
        """Seconds on the clock that runs the meter."""
        self._start_us = at_us

    @property
    def true_us(self) -> int:
        """The present, whatever a meter's clock shows."""
        return self._start_us + round(self.elapsed_s() * 1e6)

    @property
    def is_its_own(self) -> bool:
        """Whether nobody else runs the clock."""
        return self.elapsed_s is self._own_s

    def wait(self, duration_s: float) -> None:
        """Let time pass on its own clock; another one runs by itself."""
        self._waited_s += duration_s

    def wait_until(self, at_us: int) -> None:
        """Let time pass on its own clock up to an instant."""
        self._waited_s += (at_us - self.true_us) / 1e6
        self._waited_s += max(0, at_us - self.true_us) / 1e6  # what rounding left

    def run_by(self, clock: Callable[[], float]) -> None:
        """Go on from the present instant by another clock, in seconds."""
        now_us, began_s = self.true_us, clock()
        self.elapsed_s = clock
        self._start_us = now_us - round(began_s * 1e6)

    def skip(self, duration_us: int) -> None:
        """Let it be so much later, or earlier, while the clock stands still."""
        self._start_us += duration_us
