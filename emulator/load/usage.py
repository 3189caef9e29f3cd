# SPDX-License-Identifier: Apache-2.0
"""What people switch on: ovens, kettles, lamps, at hours that hardly change from day to day."""

from dataclasses import dataclass
from random import Random

from .appliance import Day, Operation

__all__ = ["Usage", "Use"]


@dataclass(frozen=True, slots=True)
class Use:
    """One habit.

    Attributes:
        start_h: earliest and latest start, in hours of the clock on the wall.
        duration_min: shortest and longest.
        chance: of its happening on a day.
    """

    start_h: tuple[float, float]
    duration_min: tuple[float, float]
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class Usage:
    """An appliance of one power, used a few times a day.

    Attributes:
        active_w: watts while it is on.
        uses: the habits; two of one appliance never overlap.
        cos_phi: power factor, inductive.
    """

    active_w: float
    uses: tuple[Use, ...]
    cos_phi: float = 1.0

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        found = []
        for use in self.uses:
            start_us = day.at(round(rng.uniform(*use.start_h) * 3600))
            duration_s = round(rng.uniform(*use.duration_min) * 60)
            if rng.random() < use.chance:
                found.append(Operation.of(start_us, duration_s, self.active_w, self.cos_phi))
        return found
