# SPDX-License-Identifier: Apache-2.0
"""A heat pump: the colder it is outside, the longer it runs in each half hour.

The weather is a cosine over the year, another over the day, and a chance of the day. Every figure here is
an assumption: a house in the middle of France.
"""

from dataclasses import dataclass
from math import cos, tau
from random import Random

from ..legal_time import local_time
from .appliance import Day, Operation
from .cycles import cycles

__all__ = ["HeatPump"]

_SLOT_S = 1800
_SHORTEST_S = 240  # controllers keep a compressor from shorter runs
_NONE_ABOVE_C, _ALWAYS_BELOW_C = 16.0, -7.0  # the point to which French houses are commonly designed
_MEAN_C, _SEASON_C, _COLDEST_DAY = 12.0, 8.0, 20  # 20 January
_DAY_C, _COLDEST_HOUR = 4.0, 5
_CHANCE_C = 5.0  # a day is colder or milder than usual by so much at most


@dataclass(frozen=True, slots=True)
class HeatPump:
    """A single-phase compressor with its fan, inductive.

    Attributes:
        active_w: 1700 W electrical is an assumption, for about 6 kW of heat.
        cos_phi: 0.92 is an assumption.
    """

    active_w: float = 1700
    cos_phi: float = 0.92

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        milder_c = rng.uniform(-_CHANCE_C, _CHANCE_C)

        def on_s(slot_us: int) -> float:
            share = (_NONE_ABOVE_C - _outside_c(slot_us) - milder_c) / (_NONE_ABOVE_C - _ALWAYS_BELOW_C)
            wanted_s = min(share, 1.0) * _SLOT_S
            return wanted_s if wanted_s >= _SHORTEST_S else 0.0

        found = cycles(day, rng, _SLOT_S, on_s)
        return [Operation.of(start_us, duration_s, self.active_w, self.cos_phi) for start_us, duration_s in found]


def _outside_c(at_us: int) -> float:
    """Temperature of an ordinary day at that instant, in degrees Celsius."""
    local = local_time(at_us)
    season = cos(tau * (local.timetuple().tm_yday - _COLDEST_DAY) / 365)
    hour = cos(tau * (local.hour + local.minute / 60 - _COLDEST_HOUR) / 24)
    return _MEAN_C - _SEASON_C * season - _DAY_C * hour
