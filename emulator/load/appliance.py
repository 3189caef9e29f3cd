# SPDX-License-Identifier: Apache-2.0
"""What an appliance is to a house: for each local day, the runs that start in it.

A run may go on past midnight, up to the end of the day after; the house looks back by one day.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import sqrt
from random import Random
from typing import Protocol

from ..legal_time import PARIS, SECOND_US, instant_us

__all__ = ["Appliance", "Day", "Operation"]


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of one house, of 23 to 25 hours.

    Attributes:
        date: in legal time.
        seed: of the house.
        phases: of the house, 1 or 3.
        start_us, end_us: its two midnights.
    """

    date: date
    seed: int
    phases: int
    start_us: int = field(init=False)
    end_us: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start_us", self.at(0))
        object.__setattr__(self, "end_us", self.at(24 * 3600))

    def at(self, wall_s: int) -> int:
        """Instant at which the clock on the wall shows so many seconds since 0:00.

        From 86 400 on it is the next day's clock. Of an hour that comes twice, the first; an hour that is
        skipped counts as if it were not, so 2:30 means the instant that is called 3:30.
        """
        wall = datetime.combine(self.date, time()) + timedelta(seconds=wall_s)
        return instant_us(wall.replace(tzinfo=PARIS))

    def rng(self, name: str) -> Random:
        """The chance of that day for one appliance: what else stands in the house does not move it."""
        return Random(f"{self.seed}/{self.date.isoformat()}/{name}")


@dataclass(frozen=True, slots=True)
class Operation:
    """Constant power from one instant to another, both on whole seconds.

    Attributes:
        start_us, stop_us: the first instant in it, and the first behind it.
        active_mw, reactive_mvar: on each phase it uses; negative active power is injected.
        every_phase: on all phases of the house, not on the appliance's own only.
    """

    start_us: int
    stop_us: int
    active_mw: int
    reactive_mvar: int = 0
    every_phase: bool = False

    @classmethod
    def of(
        cls, start_us: int, duration_s: int, active_w: float, cos_phi: float = 1.0, *, every_phase: bool = False
    ) -> "Operation":
        """A run by its power factor: inductive, as motors are."""
        reactive_w = active_w * sqrt(1 / cos_phi**2 - 1)
        stop_us = start_us + duration_s * SECOND_US
        return cls(start_us, stop_us, round(active_w * 1000), round(reactive_w * 1000), every_phase)


class Appliance(Protocol):
    """Something in the house that draws, or gives, power."""

    def runs(self, day: Day, rng: Random) -> list[Operation]:
        """The runs that start in that day or in the night after it; the same for the same chance."""
        ...
