# SPDX-License-Identifier: Apache-2.0
"""A household: the sum of its appliances.

Each day is drawn on its own from (seed, day), so a run may start anywhere and always finds the same house.
What a day holds is kept, so that asking again is a search in a list.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from xky.protocol import InputError

from ..legal_time import local_time
from .appliance import Day, Operation
from .appliances import APPLIANCES, COMMON, PHOTOVOLTAICS, WATER_HEATER, check_names
from .draw import Draw, Signals
from .water_heater import WaterHeater

__all__ = ["Household"]

_DAYS_KEPT = 64
_Change = tuple[int, int, int, int]  # instant in us, place of the phase, changes in mW and mVAr


@dataclass(frozen=True)
class Household:
    """One house.

    Args:
        seed: same seed, same house.
        phases: 1 or 3; appliances are spread over the phases.
        producer: photovoltaics too, on phase 1.
        appliances: their names; None is a common house, without heat pump and electric car.
        contact: whether the meter's dry contact drives the water heater; with a meter whose contact never
            closes say False, and it runs by a clock of its own, at night.

    Raises:
        InputError: an appliance is not known, or phases are not 1 or 3.
    """

    seed: int = 0
    phases: int = 1
    producer: bool = False
    appliances: tuple[str, ...] | None = None
    contact: bool = True

    def __post_init__(self) -> None:
        if self.phases not in (1, 3):
            raise InputError(f"household: phases {self.phases}: expected 1 or 3")
        if self.appliances is not None:
            names = (self.appliances,) if isinstance(self.appliances, str) else tuple(self.appliances)
            check_names(names)
            object.__setattr__(self, "appliances", names)

    @property
    def names(self) -> tuple[str, ...]:
        """The appliances it has, each once, sorted."""
        chosen = COMMON if self.appliances is None else self.appliances
        return tuple(sorted({*chosen, *((PHOTOVOLTAICS,) if self.producer else ())}))

    def draw(self, at_us: int, signals: Signals) -> tuple[Draw, int | None]:
        closed_since_us = signals.contact_closed_since_us if self.contact else None
        starts, draws = _timetable(self, local_time(at_us).date(), closed_since_us)
        place = bisect_right(starts, at_us) - 1
        return draws[place], starts[place + 1]


@lru_cache(maxsize=_DAYS_KEPT)
def _timetable(house: Household, day: date, closed_since_us: int | None) -> tuple[list[int], list[Draw]]:
    """Instants of change of a local day, from its midnight to the next, and the power from each on but the last."""
    changes = _changes_without_contact(house, day)
    today = Day(day, house.seed, house.phases)
    if closed_since_us is not None and WATER_HEATER in house.names:
        changes = sorted(changes + _changes_by_contact(house, today, closed_since_us))
    active_mw, reactive_mvar = [0] * house.phases, [0] * house.phases
    starts, draws = [today.start_us], [Draw(tuple(active_mw), tuple(reactive_mvar))]
    for at_us, place, change_mw, change_mvar in changes:
        active_mw[place] += change_mw
        reactive_mvar[place] += change_mvar
        power = Draw(tuple(active_mw), tuple(reactive_mvar))
        if at_us == starts[-1]:
            draws[-1] = power
        elif at_us < today.end_us:
            starts.append(at_us)
            draws.append(power)
    return [*starts, today.end_us], draws


@lru_cache(maxsize=_DAYS_KEPT)
def _changes_without_contact(house: Household, day: date) -> list[_Change]:
    today = Day(day, house.seed, house.phases)
    changes: list[_Change] = []
    for name in house.names:
        if not (name == WATER_HEATER and house.contact):
            runs = [run for each in _with_the_day_before(today) for run in _runs(name, each)]
            changes += _within(today, APPLIANCES[name].phase, runs)
    return sorted(changes)


def _changes_by_contact(house: Household, today: Day, closed_since_us: int) -> list[_Change]:
    placed = APPLIANCES[WATER_HEATER]
    assert isinstance(placed.appliance, WaterHeater)
    closing = Day(local_time(closed_since_us).date(), house.seed, house.phases)
    runs = placed.appliance.runs_on_contact(
        closed_since_us, closing, _with_the_day_before(today), lambda day: day.rng(WATER_HEATER)
    )
    return _within(today, placed.phase, runs)


def _with_the_day_before(today: Day) -> tuple[Day, Day]:
    return Day(today.date - timedelta(days=1), today.seed, today.phases), today


def _runs(name: str, day: Day) -> list[Operation]:
    return APPLIANCES[name].appliance.runs(day, day.rng(name))


def _within(day: Day, phase: int, runs: Iterable[Operation]) -> list[_Change]:
    """What the runs change in that day; one under way at midnight starts there."""
    changes: list[_Change] = []
    for run in runs:
        start_us, stop_us = max(run.start_us, day.start_us), min(run.stop_us, day.end_us)
        if start_us < stop_us:
            for place in range(day.phases) if run.every_phase else ((phase - 1) % day.phases,):
                changes.append((start_us, place, run.active_mw, run.reactive_mvar))
                changes.append((stop_us, place, -run.active_mw, -run.reactive_mvar))
    return changes
