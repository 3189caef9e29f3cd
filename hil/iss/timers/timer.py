# SPDX-License-Identifier: Apache-2.0
"""What every kind of timer is to the machine: it shows the bench's clock."""

from collections.abc import Callable

from ..clock import Clock
from ..peripheral import Peripheral

__all__ = ["Timer"]


class Timer(Peripheral):
    """A timer.

    Args:
        clock: of the machine.
        hz: ticks in a second.
        stop: ends the run of the engine at this access, which is made anew when it goes on.
    """

    kind = ""

    def __init__(self, clock: Clock, hz: int, stop: Callable[[], None]) -> None:
        self.clock = clock
        self.hz = hz
        self._stop = stop

    def looked_at(self) -> None:
        """The program reads the time; where it does nothing else, time passes at that."""
        if self.clock.look():
            self._stop()
