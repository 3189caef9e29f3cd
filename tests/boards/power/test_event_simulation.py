# SPDX-License-Identifier: Apache-2.0
"""Lives of boards on meters good and bad: who starts, who hangs, who comes back after a cut-out."""

from collections import Counter
from itertools import pairwise

import pytest

from xky.boards import Board
from xky.boards.power.event_simulation import EventSimulation, PowerEvent, PowerEventKind, energy_over
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES
from xky.protocol import Mode

from .variants import BARE, STARTS_ALONE, WINKY, with_power

MIN_SPEC = SUPPLIES["min_spec"]
HOUR_S = 3600.0
SHARED = {board.model_dump_json(): Train(board.power) for board in (WINKY, BARE, STARTS_ALONE) if board.power}


def simulation(board: Board, supply: str = "min_spec", **options: object) -> EventSimulation:
    train = SHARED.get(board.model_dump_json())
    return EventSimulation(board, SUPPLIES[supply], train=train, keep=True, **options)  # type: ignore[arg-type]


def with_capacitance(board: Board, capacitance_f: float) -> Board:
    assert board.power is not None and board.power.capacitor is not None
    return with_power(board, capacitor=board.power.capacitor.model_copy(update={"capacitance_f": capacitance_f}))


def what(events: list[PowerEvent]) -> Counter[PowerEventKind]:
    return Counter(event.what for event in events)


def test_without_a_wake_up_circuit_it_hangs() -> None:
    happened = what(list(simulation(BARE).run(600.0)))
    assert happened[PowerEventKind.READING] == 0
    assert happened[PowerEventKind.BROWN_OUT] > 100


@pytest.mark.by_day(4)
@pytest.mark.parametrize("supply", ["min_spec", "min_spec_13", "typical", "strong", "weak_old"])
@pytest.mark.parametrize("board", [STARTS_ALONE, WINKY], ids=["wake-up circuit", "policy too"])
def test_with_one_it_starts(board: Board, supply: str) -> None:
    events = list(simulation(board, supply).run(900.0))
    happened = what(events)
    assert happened[PowerEventKind.READING] > 10
    assert happened[PowerEventKind.BROWN_OUT] == 0
    assert events[0].what is PowerEventKind.POWER_ON


def test_on_a_dead_meter_nothing_ever_happens() -> None:
    dead = simulation(WINKY, "dead")
    assert list(dead.run(24 * HOUR_S)) == []
    assert 1.0 < dead.inner_v < 1.3


def test_it_starts_exactly_at_the_threshold_and_resets_exactly_at_the_other() -> None:
    cut = [(400.0, MIN_SPEC.cut)]
    events = list(simulation(STARTS_ALONE, changes=cut).run(HOUR_S))
    (on,) = [event for event in events if event.what is PowerEventKind.POWER_ON]
    (off,) = [event for event in events if event.what is PowerEventKind.BROWN_OUT]
    assert on.terminal_v == pytest.approx(4.2, abs=1e-9)
    state = SHARED[STARTS_ALONE.model_dump_json()].state(MIN_SPEC.cut, "sleep")
    assert 3.3 - 0.1 < off.terminal_v < 3.3 + 0.1
    assert off.inner_v >= state.off_v - 0.1


@pytest.mark.parametrize("cut_s", [30.0, 600.0, HOUR_S, 24 * HOUR_S])
def test_after_a_cut_out_it_comes_back_unaided(cut_s: float) -> None:
    changes = [(1000.0, MIN_SPEC.cut), (1000.0 + cut_s, MIN_SPEC)]
    events = list(simulation(WINKY, changes=changes).run(1000.0 + cut_s + 900.0))
    after = [event for event in events if event.at_s > 1000.0 + cut_s]
    assert what(after)[PowerEventKind.READING] > 10
    assert what(events)[PowerEventKind.SUPPLY] == 2


def test_no_charge_comes_from_a_meter_that_gives_none() -> None:
    """Held in reset it only leaks, until the supply is there again."""
    simulated = simulation(WINKY, changes=[(1000.0, MIN_SPEC.cut), (1000.0 + 24 * HOUR_S, MIN_SPEC)])
    events = list(simulated.run(1000.0 + 25 * HOUR_S))
    down, back = (next(m for m in events if m.what is which and m.at_s > 1000.0)
                  for which in (PowerEventKind.BROWN_OUT, PowerEventKind.POWER_ON))  # fmt: skip
    off = [one for one in simulated.stretches or () if down.at_s <= one.at_s < 1000.0 + 24 * HOUR_S]
    assert off
    assert all(one.after_v < one.before_v for one in off)
    assert back.at_s > 1000.0 + 24 * HOUR_S + 20.0


def test_the_supply_may_change_at_the_very_instant_of_a_phase() -> None:
    reading_s = next(event.at_s for event in simulation(WINKY).run(HOUR_S) if event.what is PowerEventKind.READING)
    events = list(simulation(WINKY, changes=[(reading_s, SUPPLIES["strong"])]).run(reading_s + 100.0))
    assert {PowerEventKind.SUPPLY, PowerEventKind.READING} <= {
        event.what for event in events if event.at_s == reading_s
    }


def test_while_it_listens_it_stops_at_its_voltage() -> None:
    """A small store without a meter: it gives up listening where its firmware has had enough, and sleeps."""
    small = with_capacitance(WINKY, 0.47)
    events = list(simulation(small, changes=[(0.0, MIN_SPEC.cut)], inner_v=4.3).run(60.0))
    (stopped,) = (event for event in events if event.what is PowerEventKind.STOPS)
    assert stopped.terminal_v == pytest.approx(3.7, abs=0.002)  # a step of its converter
    assert what(events)[PowerEventKind.READING] == 0
    assert events[events.index(stopped) + 1].what is PowerEventKind.SLEEP


def test_too_little_charge_makes_it_sleep_on() -> None:
    events = list(simulation(WINKY, "weak_old", sleep_s=5.0).run(1200.0))
    waits = [event for event in events if event.what is PowerEventKind.WAITS]
    assert waits
    assert all(event.terminal_v < 4.15 + 0.002 for event in waits)  # half a step of its converter
    for before, after in pairwise(events):
        if before.what is PowerEventKind.WAITS:
            assert after.at_s - before.at_s == pytest.approx(30.0)


@pytest.mark.nightly
def test_stretches_follow_each_other_and_no_energy_is_lost() -> None:
    simulated = simulation(WINKY, changes=[(300.0, MIN_SPEC.sagging(0.8)), (400.0, MIN_SPEC.cut), (3000.0, MIN_SPEC)])
    list(simulated.run(4000.0))
    stretches = simulated.stretches
    assert stretches is not None
    for before, after in pairwise(stretches):
        assert after.at_s == pytest.approx(before.at_s + before.duration_s, abs=1e-9)
        assert after.before_v == before.after_v
    assert sum(one.duration_s for one in stretches) == pytest.approx(4000.0)
    energy = energy_over(stretches)
    assert energy.source_j > 100
    assert abs(energy.missing_j) < 1e-9 * energy.source_j


def test_frames_of_historic_mode_take_longer() -> None:
    def awake_s(mode: Mode) -> float:
        events = list(simulation(WINKY, mode=mode).run(300.0))
        woke = next(event for event in events if event.what is PowerEventKind.WAKE)
        read = next(event for event in events if event.what is PowerEventKind.READING)
        return read.at_s - woke.at_s

    assert awake_s(Mode.HISTORIC) - awake_s(Mode.STANDARD) == pytest.approx(1.0)


def test_a_smaller_store_starts_sooner() -> None:
    small = with_capacitance(WINKY, 0.47)
    sooner, later = (
        next(event.at_s for event in simulation(board).run(HOUR_S) if event.what is PowerEventKind.POWER_ON)
        for board in (small, WINKY)
    )
    assert sooner / later == pytest.approx(0.47 / 1.5, rel=1e-6)
