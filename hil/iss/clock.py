# SPDX-License-Identifier: Apache-2.0
"""The machine's time: that of the bench, as far as it has come."""

import math

__all__ = ["Clock"]

_FREE_LOOKS = 16  # at the time, in a row: then the program is taken to wait
_LOOK_S = 125e-6  # what a look takes from then on; an eighth of a character of standard mode
_ROUNDING = 1e-3  # of a tick: a counter shows a number when its time has come


class Clock:
    """Seconds on the bench's clock.

    It goes on where the program runs (an instruction is a cycle), and where it waits: at once to what it waits for.

    Args:
        hz: cycles in a second.

    Attributes:
        now_s: the present.
        horizon_s: how far it may go: what happens behind is not known yet.
        waiting: whether the program waits, and the engine was stopped for that.
    """

    __slots__ = ("began_s", "horizon_s", "hz", "looks", "now_s", "waiting", "waits")

    def __init__(self, hz: int) -> None:
        self.hz = hz
        self.now_s = self.horizon_s = self.began_s = 0.0
        self.waiting = False
        self.waits = 0
        """How often time passed because the program waited."""
        self.looks = 0
        """How often it looked at the time since it last did anything else that is seen."""

    def begin(self, now_s: float) -> None:
        """Power comes: counters count from here."""
        self.now_s = self.horizon_s = self.began_s = now_s
        self.waiting = False

    def ticks(self, hz: int) -> int:
        """What a counter of so many ticks a second shows."""
        return math.floor((self.now_s - self.began_s) * hz)

    def at(self, ticks: int, hz: int) -> float:
        """When such a counter shows that."""
        return self.began_s + (ticks + _ROUNDING) / hz if ticks < 1 << 62 else math.inf

    def look(self) -> bool:
        """The program looks at the time, which takes a cycle; one that does nothing else waits for a time to come.

        Returns:
            Whether the engine has to stop, since time can pass no further yet.
        """
        self.looks += 1
        if self.looks <= _FREE_LOOKS:
            self.now_s += 1 / self.hz
            return False
        if self.now_s + _LOOK_S <= self.horizon_s:
            self.now_s += _LOOK_S
            self.waits += 1
            return False
        self.waiting = True
        return True
