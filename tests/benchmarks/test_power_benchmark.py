# SPDX-License-Identifier: Apache-2.0
"""A year of a Winky at 30 s on its power alone: each of its wakes event by event, as a row of cycles, and settled."""

import time
from collections.abc import Callable
from functools import cache

import pytest
import simpy
from pytest_benchmark.fixture import BenchmarkFixture

from xky.boards import board_named
from xky.boards.description.phases import phases_of
from xky.boards.power.cycle import Cycle
from xky.boards.power.event_simulation import EventSimulation, PowerEventKind
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES
from xky.protocol import Mode

YEAR_S = 365 * 86_400.0
PERIOD_S = 30.0
WINKY = board_named("winky-c6")
PHASES = phases_of(WINKY, Mode.STANDARD)
SLEEP_S = PERIOD_S - sum(phase.duration_s for phase in PHASES)
CYCLES = round(YEAR_S / PERIOD_S)
MINIMUM = SUPPLIES["min_spec"]
MONTHS = 12


def new_train() -> Train:
    """With nothing reckoned yet: what a run makes of it counts."""
    assert WINKY.power is not None
    return Train(WINKY.power)


kept_train = cache(new_train)


def empty_timeouts() -> None:
    """The yardstick: a month of as many events as there are changes of load, in which nothing is done."""
    env = simpy.Environment()

    def wakes() -> simpy.events.ProcessGenerator:
        for _ in range(CYCLES // MONTHS):
            for phase in PHASES:
                yield env.timeout(phase.duration_s)
            yield env.timeout(SLEEP_S)

    env.process(wakes())
    env.run()


def event_by_event(cycles: int) -> int:
    """Every decision of the firmware, every threshold."""
    readings = 0
    for event in EventSimulation(WINKY, MINIMUM, train=new_train(), sleep_s=SLEEP_S).run(cycles * PERIOD_S):
        readings += event.what is PowerEventKind.READING
        assert event.what is not PowerEventKind.BROWN_OUT
    return readings


def every_cycle(cycles: int) -> int:
    row = Cycle(new_train(), MINIMUM, PHASES, SLEEP_S).repeat(cycles, 4.2, all_of_them=True)
    assert row.down_s is None
    return row.cycles


def settled(cycles: int) -> int:
    """On a train that is kept, as those of a bench are: its curves are made by the first run."""
    row = Cycle(kept_train(), MINIMUM, PHASES, SLEEP_S).repeat(cycles, 4.2)
    assert row.down_s is None
    return row.cycles


@pytest.mark.parametrize(
    ("title", "live", "months", "goal_s"),
    [
        ("event by event", event_by_event, 1, None),
        ("every cycle", every_cycle, MONTHS, 10.0),
        ("cycles until they repeat themselves", settled, MONTHS, 0.1),
    ],
)
def test_a_year_on_power_alone(
    title: str, live: Callable[[int], int], months: int, goal_s: float | None, benchmark: BenchmarkFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    began_s = time.process_time()
    empty_timeouts()
    yardstick_s = (time.process_time() - began_s) * MONTHS
    years_s: list[float] = []

    def timed() -> None:
        cycles = CYCLES * months // MONTHS
        began_s = time.process_time()
        simulated = live(cycles)
        years_s.append((time.process_time() - began_s) * MONTHS / months)
        assert simulated == pytest.approx(cycles, abs=10)  # the first minutes charge it

    benchmark.pedantic(timed, rounds=3 if goal_s is not None else 1)
    best_s = min(years_s)
    benchmark.extra_info["times empty simpy timeouts"] = round(yardstick_s / best_s, 2)
    with capsys.disabled():
        goal = "" if goal_s is None else f" (goal {goal_s:g} s)"
        print(f"\na year of a Winky at 30 s, {title}: {best_s:.3g} s{goal}, {years_s[0]:.3g} s the first time; "
              f"{YEAR_S / best_s:.2g} x real time, {yardstick_s / best_s:.2g} x simpy timeouts")  # fmt: skip
    assert goal_s is None or best_s < goal_s * 2  # machines differ by a factor of two
