# SPDX-License-Identifier: Apache-2.0
"""The meter's clock: what it shows at a true instant, and when it will show something."""

from dataclasses import dataclass

__all__ = ["MeterClock"]


@dataclass(frozen=True, slots=True)
class MeterClock:
    """A clock that runs from a setting on, fast or slow by a rate.

    Attributes:
        ahead_us: how far it was ahead of the true time when it was set.
        set_us: true instant of that.
        drift_ppm: gains that many microseconds a second; negative loses.
    """

    ahead_us: int = 0
    set_us: int = 0
    drift_ppm: int = 0

    def shown(self, true_us: int) -> int:
        """What it shows at a true instant."""
        return true_us + self.ahead_us + (true_us - self.set_us) * self.drift_ppm // 1_000_000

    def when(self, shown_us: int) -> int:
        """The first true instant at which it shows that much."""
        if not self.drift_ppm:
            return shown_us - self.ahead_us
        elapsed = shown_us - self.ahead_us - self.set_us
        guess = self.set_us + elapsed * 1_000_000 // (1_000_000 + self.drift_ppm) - 2
        while self.shown(guess) < shown_us:
            guess += 1
        return guess
