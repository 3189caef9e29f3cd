# SPDX-License-Identifier: Apache-2.0
"""A microcontroller that starts again only when its rail has been low enough."""

from math import inf

import pytest
import simpy

from xky.boards import Board
from xky.boards.description.parts import Regulator
from xky.boards.description.states import OFF
from xky.boards.power.analysis import analyse
from xky.boards.power.clocked_train import ClockedTrain, train_of
from xky.boards.power.event_simulation import EventSimulation, PowerEventKind
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES, Terminals

from .variants import BARE, STARTS_ALONE, with_power

MIN_SPEC, HIGHEST = SUPPLIES["min_spec"], SUPPLIES["typical"]
RESTART_V = 1.2
HOUR_S = 3600.0
SOON, LATE = 20 * HOUR_S, 60 * 24 * HOUR_S  # how long the meter gives nothing


def latching(board: Board, **parts: object) -> Board:
    assert board.power is not None
    mcu = board.power.mcu.model_copy(update={"restart_below_v": RESTART_V, "off_a": 1e-5})
    return with_power(board, mcu=mcu, **parts)


def train(board: Board) -> Train:
    assert board.power is not None
    return Train(board.power)


def test_a_board_that_would_reset_again_and_again_is_reset_once_and_stays_so() -> None:
    told = analyse(latching(BARE), MIN_SPEC, highest=HIGHEST)
    assert not told.lives
    assert told.cold is not None and told.cold.start_s is None
    assert told.cold.resets == 1
    assert told.cold.trouble.startswith(
        "hangs: it was reset, and starts again only when its capacitor has been down to 1.20 V, where its rail is low "
        "enough; the meter keeps it at 5.0"
    )


@pytest.mark.parametrize(("cut_s", "comes_back"), [(SOON, False), (LATE, True)])
def test_it_comes_back_when_its_rail_has_been_low_enough(cut_s: float, *, comes_back: bool) -> None:
    board = latching(BARE)
    changes = [(100.0, MIN_SPEC.cut), (100.0 + cut_s, MIN_SPEC)]
    simulation = EventSimulation(board, MIN_SPEC, changes=changes, inner_v=5.0, keep=True)
    events = list(simulation.run(100.0 + cut_s + 2 * HOUR_S))
    (down,) = [event for event in events if event.what is PowerEventKind.BROWN_OUT][:1]
    assert 100.0 < down.at_s < SOON
    again = [event for event in events if event.what is PowerEventKind.POWER_ON and event.at_s > down.at_s]
    assert bool(again) == comes_back
    assert simulation.stretches is not None
    lowest_v = min(one.state.terminal_v(one.after_v) for one in simulation.stretches)
    assert (lowest_v < RESTART_V) == comes_back


def test_a_wake_up_circuit_takes_the_rail_away_so_that_it_restarts() -> None:
    plain, latches = (train(board).state(MIN_SPEC, "listen") for board in (STARTS_ALONE, latching(STARTS_ALONE)))
    assert plain.restarts and latches.restarts
    assert plain.restart_terminal_v == inf
    assert latches.restart_terminal_v == 3.3  # where its comparator opens


def test_a_converter_that_gives_nothing_any_more_takes_it_away_too() -> None:
    boost = Regulator(part="boost", kind="boost", output_v=5.2, input_min_v=1.1)
    state = train(latching(BARE, regulator=boost)).state(MIN_SPEC, "publish")
    assert state.restarts and state.restart_terminal_v == 1.1
    buck = Regulator(part="buck", kind="buck", input_min_v=2.8)
    assert train(latching(BARE, regulator=buck)).state(MIN_SPEC, "sleep").restarts  # at 2.8 V it gives nothing
    follows = Regulator(part="buck", kind="buck", input_min_v=0.9)
    state = train(latching(BARE, regulator=follows)).state(MIN_SPEC, "publish")
    assert not state.restarts and state.restart_terminal_v == pytest.approx(RESTART_V, abs=1e-4)


@pytest.mark.parametrize(("cut_s", "comes_back"), [(SOON, False), (LATE, True)])
def test_on_the_clock_it_restarts_at_the_instant_of_the_simulation(cut_s: float, *, comes_back: bool) -> None:
    board = latching(BARE)
    assert board.power is not None
    env, terminals = simpy.Environment(), Terminals(MIN_SPEC)
    power = ClockedTrain(env, board.power, terminals, inner_v=5.0)
    env.run(until=1.0)
    power.draw("sleep")
    env.run(until=100.0)
    terminals.supply = MIN_SPEC.cut
    env.run(until=100.0 + cut_s)
    terminals.supply = MIN_SPEC
    env.run(until=100.0 + cut_s + 2 * HOUR_S)
    down, *again = [one for one in power.events if one.what is not PowerEventKind.SUPPLY][1:]
    assert down.what is PowerEventKind.BROWN_OUT
    assert power.is_on == bool(again) == comes_back
    if not comes_back:
        return
    dark = train_of(board.power).state(MIN_SPEC.cut, OFF)
    fallen_s = down.at_s + dark.flow.time_to(down.inner_v, dark.restart_v)
    left_v = dark.flow.after(dark.restart_v, 100.0 + cut_s - fallen_s)
    charged = train_of(board.power).state(MIN_SPEC, OFF)
    on_s = 100.0 + cut_s + charged.flow.time_to(left_v, charged.on_v)
    assert again[0].at_s == pytest.approx(on_s, abs=1e-3)
