# SPDX-License-Identifier: Apache-2.0
"""A simulated board on its power: what the firmware sees, and when its rail goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
import simpy

from xky.boards import Board, board_named
from xky.boards.description.power import PowerDescription
from xky.boards.firmware import EnergyPolicy, FirmwareContext, Parser, load_firmware
from xky.boards.power.clocked_train import ClockedTrain, train_of
from xky.boards.power.event_simulation import EventSimulation, PowerEventKind
from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.supply import SUPPLIES, Supply, Terminals
from xky.protocol import Group

MINIMUM = SUPPLIES["min_spec"]


def with_power(board: Board, **parts: object) -> Board:
    assert board.power is not None
    return board.model_copy(update={"power": PowerDescription.model_validate(board.power.model_dump() | parts)})


WINKY = board_named("winky-c6")


@dataclass
class Powered:
    """A board on a line and on terminal A."""

    board: Board = WINKY
    supply: Supply = MINIMUM
    inner_v: float | None = None
    published: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.board.power is not None
        self.env = simpy.Environment()
        self.line, self.terminals = Line(), Terminals(self.supply)
        meter = Linky()
        meter.run_by(lambda: float(self.env.now))
        self.power = ClockedTrain(self.env, self.board.power, self.terminals, inner_v=self.inner_v)
        firmware = load_firmware(self.board)(
            FirmwareContext(
                self.env, self.board, meter.mode, self.line, self, Parser(), self.power, EnergyPolicy(self.board)
            )
        )
        self.env.process(firmware.run())
        self.env.process(Transmitter(self.env, meter, self.line, Truth(), only_when_heard=True).run())

    def publish(self, groups: Sequence[Group]) -> None:
        self.published.append(float(self.env.now))

    def at(self, at_s: float, act: Callable[[], None]) -> None:
        event = self.env.timeout(at_s - self.env.now)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: act())

    def give(self, supply: Supply) -> None:
        self.terminals.supply = supply

    def brown_outs(self) -> list[float]:
        return [event.at_s for event in self.power.events if event.what is PowerEventKind.BROWN_OUT]


def test_an_empty_board_starts_when_its_comparator_lets_it_at_the_instant_that_its_simulation_says() -> None:
    powered = Powered(inner_v=0.0)
    powered.env.run(until=300)
    on = [event for event in powered.power.events if event.what is PowerEventKind.POWER_ON]
    born = next(event for event in EventSimulation(WINKY, MINIMUM).run(300) if event.what is PowerEventKind.POWER_ON)
    assert [event.at_s for event in on] == pytest.approx([born.at_s])
    assert on[0].terminal_v == pytest.approx(4.2)
    assert min(powered.published) > born.at_s


def test_between_two_readings_it_charges_as_its_flow_says() -> None:
    powered = Powered(inner_v=4.3)
    powered.env.run(until=20)  # it sleeps
    before_v = powered.power.terminal_v
    powered.env.run(until=30)
    assert WINKY.power is not None
    sleep = train_of(WINKY.power).state(MINIMUM, "sleep")
    expected_v = sleep.terminal_v(sleep.flow.after(sleep.inner_v(before_v), 10.0))
    assert powered.power.terminal_v == pytest.approx(expected_v, abs=1e-7)


@pytest.mark.parametrize("at_s", [0.1, 1.0, 3.0, 4.3], ids=["boot", "association", "frame", "publishing"])
def test_a_brown_out_ends_a_wake_wherever_it_is_and_nothing_is_published_of_it(at_s: float) -> None:
    board = with_power(WINKY, wake_up=None, policy={}, adc=None)
    powered = Powered(board, inner_v=5.0)
    powered.at(at_s, lambda: powered.power._catch_up(2.4))  # a short circuit at this instant
    powered.at(at_s, lambda: powered.power.alarm(None, lambda: None))  # so that it looks
    powered.at(at_s + 0.005, lambda: powered.give(MINIMUM.cut))
    powered.env.run(until=40)
    assert powered.brown_outs() == [at_s]
    assert powered.published == []
    assert not powered.power.is_on
    assert not powered.line.is_heard


def test_it_comes_back_when_the_supply_does_and_reads_again() -> None:
    powered = Powered()
    powered.at(60, lambda: powered.give(MINIMUM.cut))
    powered.at(8000, lambda: powered.give(MINIMUM))
    powered.env.run(until=9000)
    assert len(powered.brown_outs()) == 1
    assert 60 < powered.brown_outs()[0] < 8000
    assert not [at_s for at_s in powered.published if powered.brown_outs()[0] < at_s < 8000]
    assert [at_s for at_s in powered.published if at_s > 8000]


def test_it_breaks_off_before_its_charge_is_gone() -> None:
    """Listening to a line that says nothing, without a supply: at its stop voltage it sleeps."""
    board = WINKY.model_copy(update={"listen": WINKY.listen.model_copy(update={"timeout_s": 600.0, "frames": 500})})
    powered = Powered(board, MINIMUM.cut, inner_v=4.5)
    powered.env.run(until=100)
    asleep = [one for one in powered.power.stretches if one.state.name == "sleep"]
    listening = [one for one in powered.power.stretches if one.state.name == "listen"]
    assert listening[0].state.terminal_v(listening[-1].after_v) == pytest.approx(3.7, abs=0.001)
    assert asleep
    assert not powered.brown_outs()
    assert not powered.published


def test_too_little_charge_is_slept_on_until_there_is_enough() -> None:
    board = with_power(WINKY, wake_up=None)  # the firmware alone decides
    powered = Powered(board, inner_v=3.6)
    powered.env.run(until=200)
    woke = [one.at_s for one in powered.power.stretches if one.state.name == "associate"]
    boots = [one.at_s for one in powered.power.stretches if one.state.name == "boot" and one.at_s < woke[0]]
    assert len(boots) > 1
    assert boots[1] - boots[0] == pytest.approx(30.5)  # retry and boot
    first = next(one for one in powered.power.stretches if one.at_s == woke[0])
    assert first.state.terminal_v(first.before_v) > 4.1


def test_the_same_board_far_under_its_brown_out_does_not_hang_the_bench() -> None:
    board = with_power(WINKY, wake_up=None, policy={}, adc=None)
    powered = Powered(board, inner_v=0.0)
    powered.env.run(until=200)
    assert len(powered.brown_outs()) > 50
    assert not powered.published


@pytest.mark.parametrize("name", ["winky-lab", "winky-c6", "winky-v2", "winky-c6-tasmota", "loky"])
def test_a_supply_that_sags_at_the_instant_at_which_it_comes_on_does_not_hang_the_bench(name: str) -> None:
    powered = Powered(board_named(name))
    started = powered.power.when_on()
    assert started.callbacks is not None
    started.callbacks.append(lambda _: powered.give(MINIMUM.sagging(0.8)))  # before its first load is drawn
    powered.env.run(until=30)
    on, sags = powered.power.events[:2]
    assert (on.what, sags.what) == (PowerEventKind.POWER_ON, PowerEventKind.SUPPLY)
    assert on.at_s == sags.at_s
    assert powered.power.is_on
    assert "boot" in [one.state.name for one in powered.power.stretches]


def test_the_voltage_is_the_same_whether_or_not_somebody_asks() -> None:
    asked, quiet = Powered(inner_v=4.4), Powered(inner_v=4.4)
    for second in range(1, 400):
        asked.env.run(until=second / 4)
        assert asked.power.terminal_v > 0
    quiet.env.run(until=399 / 4)
    assert quiet.power.terminal_v == pytest.approx(asked.power.terminal_v, abs=1e-7)
    assert quiet.published == asked.published


@pytest.mark.by_day(2)
@pytest.mark.parametrize("name", ["winky-c6", "winky-lab", "winky-c3", "winky-v1"])
def test_a_simulation_without_a_line_and_one_with_it_lose_and_find_their_rail_at_the_same_instants(name: str) -> None:
    """The capacitor is cut off while the board sleeps; from there on no frame decides anything."""
    board = board_named(name)
    assert board.wake is not None
    board = board.model_copy(update={"wake": board.wake.model_copy(update={"sleep_s": 900_000.0})})
    board = with_power(board, policy=WINKY.power.policy.model_dump() | {"start_v": None, "stop_v": None}, adc=None)  # type: ignore[union-attr]
    powered = Powered(board)
    powered.env.run(until=600)
    asleep_v, slept_s = powered.power.terminal_v, 600.0
    assert powered.power.stretches[-1].state.name == "sleep"
    inner_v = powered.power.stretches[-1].after_v
    powered.at(700, lambda: powered.give(MINIMUM.cut))
    powered.at(300_000, lambda: powered.give(MINIMUM))
    powered.env.run(until=300_300)
    on = [one.at_s for one in powered.power.events if one.what is PowerEventKind.POWER_ON and one.at_s > slept_s]
    train = train_of(board.power)  # type: ignore[arg-type]
    sleep, dark = train.state(MINIMUM.cut, "sleep"), train.state(MINIMUM.cut, "off")
    at_cut_v = train.state(MINIMUM, "sleep").flow.after(inner_v, 100.0)
    down_s = 700 + sleep.flow.time_to(at_cut_v, sleep.off_v)
    assert powered.brown_outs()[0] == pytest.approx(down_s, abs=1e-5)
    simulation = EventSimulation(board, MINIMUM.cut, changes=[(300_000 - down_s, MINIMUM)], inner_v=sleep.off_v)
    born = next(one for one in simulation.run(400_000) if one.what is PowerEventKind.POWER_ON)
    if dark.on_v > sleep.off_v:
        assert on[0] == pytest.approx(down_s + born.at_s, abs=0.02)  # a reset holds for 10 ms
    assert asleep_v > 3


@pytest.mark.nightly
@pytest.mark.parametrize("input_min_v", [0.0, 0.35, 0.9])
@pytest.mark.parametrize("esr_ohm", [0.2, 5.0])
def test_no_load_of_a_boost_falls_faster_than_the_clock_is_set_by(input_min_v: float, esr_ohm: float) -> None:
    assert WINKY.power is not None and WINKY.power.capacitor is not None
    regulator = WINKY.power.regulator.model_dump() | {"kind": "boost", "input_min_v": input_min_v}
    capacitor = WINKY.power.capacitor.model_dump() | {"esr_ohm": esr_ohm}
    power = with_power(WINKY, regulator=regulator, capacitor=capacitor, wake_up=None).power
    assert power is not None
    live = ClockedTrain(simpy.Environment(), power, Terminals(MINIMUM))
    for name in power.loads:
        state = train_of(power).state(MINIMUM, name)
        outlook = live._look_out(name, state)
        low_v, high_v = outlook.off_v, outlook.full_v
        falls = [-state.flow.slope(low_v + (high_v - low_v) * k / 1000) for k in range(1001)]
        assert max(falls) <= outlook.fastest


def test_a_train_lets_go_of_what_began_before_and_goes_on_the_same() -> None:
    forgets, keeps = Powered(), Powered()
    for powered in (forgets, keeps):
        powered.env.run(until=100)
        powered.power.finish()
    before = keeps.power.stretches
    assert before == forgets.power.stretches
    forgets.power.forget_before(100)
    assert (forgets.power.stretches, forgets.power.events) == ([], [])
    for powered in (forgets, keeps):
        powered.env.run(until=300)
        powered.power.finish()
    assert forgets.power.stretches == keeps.power.stretches[len(before) :]
    assert forgets.published == keeps.published
