# SPDX-License-Identifier: Apache-2.0
"""The same wake again and again: against the simulation event by event, and at the border of what can go on."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.boards import Board
from xky.boards.description.phases import phases_of
from xky.boards.power.cycle import Cycle
from xky.boards.power.event_simulation import EventSimulation, PowerEvent, PowerEventKind
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES
from xky.protocol import Mode

from .variants import BARE, FED_BY_REGULATOR, STARTS_ALONE, WINKY, listening_hungrily, with_power

PHASES = phases_of(WINKY, Mode.STANDARD)
WAKE_S = sum(phase.duration_s for phase in PHASES)
MIN_SPEC = SUPPLIES["min_spec"]


def train_of(board: Board) -> Train:
    assert board.power is not None
    return Train(board.power)


TRAINS = {"winky": train_of(WINKY), "bare": train_of(BARE), "regulator": train_of(FED_BY_REGULATOR)}


@pytest.mark.by_day(2)
@pytest.mark.parametrize(
    ("name", "first_v", "supply"),
    [
        ("winky", 4.15, "min_spec"),
        ("winky", 4.15, "weak_old"),
        ("regulator", 4.15, "typical"),
        ("bare", 0.0, "min_spec"),
    ],
)
def test_shortest_period_is_the_border(name: str, first_v: float, supply: str) -> None:
    train = TRAINS[name]
    shortest = Cycle(train, SUPPLIES[supply], PHASES, 30.0).shortest_period_s(first_v)
    assert shortest is not None
    period_s, start_v = shortest
    assert start_v >= first_v

    longer = Cycle(train, SUPPLIES[supply], PHASES, period_s + 0.01 - WAKE_S)
    simulated = longer.repeat(10_000, start_v + 1e-6, all_of_them=True)  # on the edge itself a nanovolt decides
    assert (simulated.cycles, simulated.down_s) == (10_000, None)
    assert simulated.inner_v >= start_v - 1e-6

    shorter = Cycle(train, SUPPLIES[supply], PHASES, period_s - 0.01 - WAKE_S)
    sunk = shorter.repeat(10_000, start_v)
    assert sunk.down_s is not None or sunk.inner_v < start_v - 1e-6  # where a wake no longer begins, or comes through


def test_without_a_policy_a_shorter_period_browns_out() -> None:
    """What limits it is then the voltage from which a wake comes through at all."""
    train = train_of(listening_hungrily(BARE))
    shortest = Cycle(train, MIN_SPEC, PHASES, 30.0).shortest_period_s()
    assert shortest is not None
    shorter = Cycle(train, MIN_SPEC, PHASES, 0.9 * shortest[0] - WAKE_S)
    simulated = shorter.repeat(10_000, 5.0)
    assert simulated.down_s is not None
    assert simulated.down_s == pytest.approx(simulated.cycles * shorter.period_s, abs=shorter.period_s)


def test_what_a_strong_supply_gives_back_in_the_wake_needs_no_sleep() -> None:
    assert WINKY.power is not None
    frugal = {name: load.model_copy(update={"current_a": min(load.current_a, 0.02)})
              for name, load in WINKY.power.loads.items()}  # fmt: skip
    cycle = Cycle(train_of(with_power(WINKY, loads=frugal)), SUPPLIES["strong"], PHASES, 30.0)
    shortest = cycle.shortest_period_s(4.15)
    assert shortest is not None
    assert shortest[0] == pytest.approx(WAKE_S)


def test_a_dead_meter_keeps_no_period() -> None:
    cycle = Cycle(TRAINS["winky"], SUPPLIES["dead"], PHASES, 3600.0)
    assert cycle.shortest_period_s() is None
    assert cycle.settles_at(4.5) is None


def first_wakes(simulation: EventSimulation, count: int) -> list[PowerEvent]:
    return list(islice((event for event in simulation.run(1e9) if event.what is PowerEventKind.WAKE), count))


@settings(max_examples=6)
@given(st.floats(10.0, 300.0), st.floats(4.25, 4.99), st.sampled_from(["min_spec", "strong"]), st.integers(1, 12))
def test_a_row_of_cycles_is_the_simulation_event_by_event(
    sleep_s: float, start_v: float, supply: str, cycles: int
) -> None:
    simulation = EventSimulation(
        STARTS_ALONE, SUPPLIES[supply], train=TRAINS["winky"], inner_v=start_v, sleep_s=sleep_s
    )
    wakes = first_wakes(simulation, cycles + 1)
    row = Cycle(TRAINS["winky"], SUPPLIES[supply], PHASES, sleep_s).repeat(cycles, start_v, all_of_them=True)
    assert row.down_s is None
    assert wakes[-1].at_s == pytest.approx(cycles * (WAKE_S + sleep_s), rel=1e-12)
    assert row.inner_v == pytest.approx(wakes[-1].inner_v, abs=1e-7)  # each look-up is within a nanovolt


def test_a_row_that_browns_out_does_so_when_the_simulation_does() -> None:
    board = listening_hungrily(STARTS_ALONE)
    train = train_of(board)
    simulation = EventSimulation(board, MIN_SPEC, train=train, inner_v=4.9, sleep_s=10.0)
    readings = 0
    for event in simulation.run(1e6):
        readings += event.what is PowerEventKind.READING
        if event.what is PowerEventKind.BROWN_OUT:
            break
    row = Cycle(train, MIN_SPEC, PHASES, 10.0).repeat(10_000, 4.9, all_of_them=True)
    assert row.down_s == pytest.approx(event.at_s, abs=1e-6)
    assert row.cycles == readings > 5


@pytest.mark.parametrize("sleep_s", [12.0, 30.0, 600.0])
def test_cycles_that_repeat_themselves_need_not_be_walked(sleep_s: float) -> None:
    cycle = Cycle(TRAINS["winky"], MIN_SPEC, PHASES, sleep_s)
    short, long = cycle.repeat(20_000, 4.3), cycle.repeat(20_000, 4.3, all_of_them=True)
    assert short.cycles == long.cycles
    assert short.inner_v == pytest.approx(long.inner_v, abs=1e-7)
    assert short.lowest_v == pytest.approx(long.lowest_v, abs=1e-7)
    settled_v = cycle.settles_at(4.3)
    assert settled_v == pytest.approx(long.inner_v, abs=1e-7)


def test_least_start_is_that_from_which_a_wake_comes_through() -> None:
    cycle = Cycle(TRAINS["bare"], MIN_SPEC, PHASES, 30.0)
    least_v = cycle.lowest_start_v
    assert least_v is not None
    assert cycle.wake(least_v) is not None
    assert cycle.wake(least_v - 1e-6) is None
    assert cycle.margin_v(least_v) == pytest.approx(0.0, abs=1e-6)
    assert cycle.margin_v(least_v + 0.5) == pytest.approx(0.5, abs=0.01)  # a little less comes in at more volts
