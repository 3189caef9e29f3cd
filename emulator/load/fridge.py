# SPDX-License-Identifier: Apache-2.0
"""A fridge: a small compressor, a third of the time, day and night."""

from dataclasses import dataclass
from random import Random

from .appliance import Day, Operation
from .cycles import cycles

__all__ = ["Fridge"]

_SLOT_S = 40 * 60  # assumption
_ON_MIN = (10, 14)  # assumption


@dataclass(frozen=True, slots=True)
class Fridge:
    """A compressor; 110 W at cos φ 0.8 are assumptions."""

    active_w: float = 110
    cos_phi: float = 0.8

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        found = cycles(day, rng, _SLOT_S, lambda _: rng.uniform(*_ON_MIN) * 60)
        return [Operation.of(start_us, duration_s, self.active_w, self.cos_phi) for start_us, duration_s in found]
