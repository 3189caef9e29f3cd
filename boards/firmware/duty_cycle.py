# SPDX-License-Identifier: Apache-2.0
"""How a LoRaWAN device keeps its duty cycle, by the off time behind each frame and the airtime of any hour, and the
fair use of its network, by that of any day.

The off time alone (99 airtimes at 1 %) lets an hour hold one frame too many at its ends, so that the hour is reckoned
too. A device without a clock of its own in the dark takes a brown-out for no time at all.
"""

from dataclasses import dataclass, field

from xky.protocol.uplinks.lorawan_eu868 import HOUR_S

from ..description.lorawan import comes_back, fair_wait_s

__all__ = ["AirLedger", "FairUse"]

_ROUNDING_S = 1e-6  # a wait is never a hair too short


@dataclass(slots=True)
class AirLedger:
    """What it sent within an hour, in flash.

    Attributes:
        duty_cycle: share of any hour in the sub-band that its channels are in.
        clock_s: its own time when it last wrote this.
        sent: of each frame its end by that time, and its airtime, in order.
    """

    duty_cycle: float
    clock_s: float = 0.0
    sent: list[tuple[float, float]] = field(default_factory=list)

    def note(self, at_s: float, airtime_s: float) -> None:
        """A frame begins; written down first, so that a brown-out forgets nothing.

        Args:
            at_s: own time.
            airtime_s: of the frame.
        """
        end_s = at_s + airtime_s
        self.clock_s = end_s  # what is dark for an instant only must not be taken for older than it is
        self.sent = [one for one in self.sent if one[0] > end_s - HOUR_S - airtime_s] + [(end_s, airtime_s)]

    def wait_s(self, at_s: float, airtime_s: float) -> float:
        """How long a frame has to wait.

        Args:
            at_s: own time.
            airtime_s: of the frame.
        """
        from_s = at_s
        if self.sent:
            end_s, last_s = self.sent[-1]
            from_s = max(from_s, end_s + last_s * (1 / self.duty_cycle - 1))
        left_s = self.duty_cycle * HOUR_S - airtime_s
        for end_s, used_s in reversed(self.sent):
            left_s -= used_s
            if left_s < 0:  # this one has to be out of the hour that ends with the new frame
                from_s = max(from_s, end_s + HOUR_S - airtime_s)
                break
        wait_s = from_s - at_s
        return wait_s + _ROUNDING_S if wait_s > 0 else 0.0


@dataclass(slots=True)
class FairUse:
    """What a network grants of airtime, in flash: any day holds no more, but for repetitions, which are made up for.

    Attributes:
        day_s: airtime a day.
        spent_s: what was used of that which may be at once; it comes back with time.
        clock_s: own time of that.
    """

    day_s: float
    spent_s: float = 0.0
    clock_s: float = 0.0

    def _left_of(self, at_s: float) -> float:
        return max(0.0, self.spent_s - (at_s - self.clock_s) * comes_back(self.day_s))

    def note(self, at_s: float, airtime_s: float) -> None:
        """A frame begins; arguments as of ``AirLedger``."""
        self.spent_s, self.clock_s = self._left_of(at_s) + airtime_s, at_s

    def wait_s(self, at_s: float, airtime_s: float) -> float:
        """How long a frame has to wait; arguments as of ``AirLedger``."""
        return fair_wait_s(self.day_s, self._left_of(at_s), airtime_s)
