# SPDX-License-Identifier: Apache-2.0
"""Thermostats: the day is cut into slots, and the compressor runs once in each.

A run never leaves its slot, so two neighbouring days, drawn apart, never run the same motor twice.
"""

from collections.abc import Callable, Iterator
from random import Random

from ..legal_time import SECOND_US
from .appliance import Day

__all__ = ["cycles"]


def cycles(day: Day, rng: Random, slot_s: int, on_s: Callable[[int], float]) -> Iterator[tuple[int, int]]:
    """Start in microseconds and duration in seconds of each run of a day.

    Args:
        day: whose slots, from its midnight on; the last may be shorter.
        rng: places each run somewhere in its slot.
        slot_s: length of a slot.
        on_s: seconds to run in the slot that starts at an instant; none for zero and below.
    """
    for start_us in range(day.start_us, day.end_us, slot_s * SECOND_US):
        length_s = min(slot_s, (day.end_us - start_us) // SECOND_US)
        duration_s = min(round(on_s(start_us)), length_s)
        if duration_s > 0:
            yield start_us + rng.randrange(length_s - duration_s + 1) * SECOND_US, duration_s
