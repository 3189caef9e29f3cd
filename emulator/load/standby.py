# SPDX-License-Identifier: Apache-2.0
"""What is never switched off: internet box, clocks, chargers."""

from dataclasses import dataclass
from random import Random

from .appliance import Day, Operation

__all__ = ["Standby"]


@dataclass(frozen=True, slots=True)
class Standby:
    """The same power for ever; 80 W is an assumption."""

    active_w: float = 80

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        return [Operation(day.start_us, day.end_us, round(self.active_w * 1000))]
