# SPDX-License-Identifier: Apache-2.0
"""A household: appliances that a seed and the day switch on and off.

Each day is drawn on its own from (seed, day), so a run may start anywhere and always finds the same
house. Powers and hours are those of a common French flat: an engineering assumption, not a measurement.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from random import Random

from ..legal_time import PARIS, SECOND_US, instant_us, local_time, midnight_after
from .draw import Draw

__all__ = ["Household"]


@dataclass(frozen=True, slots=True)
class _Appliance:
    """Runs once in a window of the day, at a power, with a chance of running at all."""

    active_w: int
    cos_phi: float
    window_h: tuple[float, float]
    duration_min: tuple[float, float]
    chance: float = 1.0


_APPLIANCES = (
    _Appliance(2200, 1.0, (22.6, 23.4), (120, 260)),  # water heater, in off-peak hours
    _Appliance(1800, 1.0, (6.8, 8.0), (3, 6)),  # kettle
    _Appliance(2400, 1.0, (11.5, 12.3), (25, 50), 0.6),  # oven, noon
    _Appliance(2600, 1.0, (18.8, 19.8), (30, 60)),  # oven and hob, evening
    _Appliance(2000, 0.95, (9.0, 20.0), (40, 90), 0.5),  # washing machine
    _Appliance(180, 0.9, (18.0, 19.0), (180, 280)),  # light and television
)
_STANDBY_W, _FRIDGE_W, _FRIDGE_COS_PHI = 90, 110, 0.8
_SUN_PEAK_W = 2800  # photovoltaics of a producer, at noon


@dataclass(frozen=True)
class Household:
    """One house.

    Args:
        seed: same seed, same house.
        phases: 1 or 3; appliances are spread over the phases.
        producer: photovoltaics on phase 1.
    """

    seed: int = 0
    phases: int = 1
    producer: bool = False

    def draw(self, at_us: int) -> tuple[Draw, int | None]:
        starts, draws = _schedule(self.seed, self.phases, self.producer, local_time(at_us).date())
        place = bisect_right(starts, at_us) - 1
        following = starts[place + 1] if place + 1 < len(starts) else midnight_after(at_us)
        return draws[place], following


@lru_cache(maxsize=64)
def _schedule(seed: int, phases: int, producer: bool, day: date) -> tuple[list[int], list[Draw]]:
    """Instants of change of a local day, the first at midnight, and the power from each on."""
    rng = Random(f"{seed}/{day.isoformat()}")
    midnight = instant_us(datetime.combine(day, time(), PARIS))
    end = midnight_after(midnight)
    steps: list[tuple[int, int, float, float]] = []  # instant, phase, change in W, change in VAr

    def run(phase: int, start_us: int, duration_s: float, active_w: float, cos_phi: float) -> None:
        start = max(start_us, midnight) // SECOND_US * SECOND_US
        stop = min(start + round(duration_s) * SECOND_US, end)
        reactive = active_w * (1 / cos_phi**2 - 1) ** 0.5
        if start < stop:
            steps.append((start, phase, active_w, reactive))
            steps.append((stop, phase, -active_w, -reactive))

    for number, appliance in enumerate(_APPLIANCES):
        start_h = rng.uniform(*appliance.window_h)
        duration_s = rng.uniform(*appliance.duration_min) * 60
        if rng.random() < appliance.chance:
            start = midnight + round(start_h * 3600) * SECOND_US
            run(number % phases, start, duration_s, appliance.active_w, appliance.cos_phi)
    fridge = midnight + rng.randrange(1800) * SECOND_US
    while fridge < end:
        run(0, fridge, 720, _FRIDGE_W, _FRIDGE_COS_PHI)
        fridge += rng.randrange(2200, 2900) * SECOND_US
    if producer:
        cloud = rng.uniform(0.3, 1.0)
        for quarter in range(8 * 4, 18 * 4):  # the sun, by quarter hours
            height = 1 - ((quarter / 4 - 13) / 5) ** 2
            if height > 0:
                run(0, midnight + quarter * 900 * SECOND_US, 900, -_SUN_PEAK_W * height * cloud, 1.0)

    return _sum_up(midnight, phases, steps)


def _sum_up(midnight: int, phases: int, steps: list[tuple[int, int, float, float]]) -> tuple[list[int], list[Draw]]:
    active = [float(_STANDBY_W)] + [0.0] * (phases - 1)
    reactive = [0.0] * phases
    starts, draws = [midnight], [Draw.of(*(round(w) for w in active))]
    for instant, phase, change_w, change_var in sorted(steps):
        active[phase] += change_w
        reactive[phase] += change_var
        power = Draw(tuple(round(w) for w in active), tuple(round(var) for var in reactive))
        if instant == starts[-1]:
            draws[-1] = power
        else:
            starts.append(instant)
            draws.append(power)
    return starts, draws
