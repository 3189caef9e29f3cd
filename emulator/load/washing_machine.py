# SPDX-License-Identifier: Apache-2.0
"""A washing machine: it heats its water, then turns its drum."""

from dataclasses import dataclass
from random import Random

from .appliance import Day, Operation

__all__ = ["WashingMachine"]

# Assumptions. The heating ends before supper and starts behind lunch: the house is wired for that.
_START_H = (13.6, 17.0)
_HEATING_MIN, _TURNING_MIN = (15, 30), (35, 60)
_CHANCE = 0.5


@dataclass(frozen=True, slots=True)
class WashingMachine:
    """One wash every other afternoon.

    Attributes:
        heating_w: 2000 W is an assumption; its motor is in it.
        turning_w, turning_cos_phi: 250 W on the mean, 0.7; assumptions.
    """

    heating_w: float = 2000
    turning_w: float = 250
    turning_cos_phi: float = 0.7

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        start_us = day.at(round(rng.uniform(*_START_H) * 3600))
        heating_s, turning_s = (round(rng.uniform(*minutes) * 60) for minutes in (_HEATING_MIN, _TURNING_MIN))
        if rng.random() >= _CHANCE:
            return []
        heating = Operation.of(start_us, heating_s, self.heating_w)
        return [heating, Operation.of(heating.stop_us, turning_s, self.turning_w, self.turning_cos_phi)]
