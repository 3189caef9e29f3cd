# SPDX-License-Identifier: Apache-2.0
"""A water heater: by the meter's dry contact, or by a clock of its own where no contact drives it.

How long the tank takes is the chance of the day: it is how much hot water was used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from ..legal_time import SECOND_US
from .appliance import Day, Operation

__all__ = ["WaterHeater"]

# Assumptions: a tank of 200 litres.
_DURATION_MIN = (120, 260)
_NIGHT_START_H = (22.6, 23.4)
_HOT_FOR_S = 20 * 3600


@dataclass(frozen=True, slots=True)
class WaterHeater:
    """A resistor with a thermostat; 2200 W is an assumption."""

    active_w: float = 2200

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        """By its own clock, once a night."""
        duration_s = _duration_s(rng)
        return [Operation.of(day.at(round(rng.uniform(*_NIGHT_START_H) * 3600)), duration_s, self.active_w)]

    def runs_on_contact(
        self, closed_since_us: int, closing_day: Day, days: tuple[Day, ...], rng_of: Callable[[Day], Random]
    ) -> list[Operation]:
        """While the contact stays closed: until the tank is hot.

        Under a contact that stays closed for more than a day (a week-end tariff) the thermostat heats again
        on the nights that follow.

        Args:
            closed_since_us: when the contact closed.
            closing_day: the day of that instant.
            days: those of which to tell the nights that follow.
            rng_of: the chance of a day.
        """
        first = Operation.of(closed_since_us // SECOND_US * SECOND_US, _duration_s(rng_of(closing_day)), self.active_w)
        nights = [run for day in days for run in self.runs(day, rng_of(day))]
        again_us = closed_since_us + _HOT_FOR_S * SECOND_US
        return [first, *(night for night in nights if night.start_us >= again_us)]


def _duration_s(rng: Random) -> int:
    return round(rng.uniform(*_DURATION_MIN) * 60)
