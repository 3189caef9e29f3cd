# SPDX-License-Identifier: Apache-2.0
"""The charger of an electric car: at night, on some days."""

from dataclasses import dataclass
from random import Random

from .appliance import Day, Operation

__all__ = ["CarCharger"]

_PHASE_V = 230  # nominal (EN 50160)
_START_H, _DURATION_MIN, _CHANCE = (22.5, 25.0), (60, 400), 0.4  # assumptions


@dataclass(frozen=True, slots=True)
class CarCharger:
    """Mode 3 at full current: 32 A on one phase (7.4 kW), 16 A on each of three (11 kW).

    Attributes:
        cos_phi: 0.99 is an assumption.
    """

    one_phase_a: int = 32
    three_phase_a: int = 16
    cos_phi: float = 0.99

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        start_us = day.at(round(rng.uniform(*_START_H) * 3600))
        duration_s = round(rng.uniform(*_DURATION_MIN) * 60)
        if rng.random() >= _CHANCE:
            return []
        active_w = _PHASE_V * (self.one_phase_a if day.phases == 1 else self.three_phase_a)
        return [Operation.of(start_us, duration_s, active_w, self.cos_phi, every_phase=True)]
