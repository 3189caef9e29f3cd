# SPDX-License-Identifier: Apache-2.0
"""Switching converters, and what none of them can do: a boost only raises, a buck only lowers."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from xky.boards import Board
from xky.boards.description.parts import Regulator
from xky.boards.description.states import OFF, RUN
from xky.boards.power import Policy
from xky.boards.power.analysis import analyse
from xky.boards.power.ratings import ratings_exceeded
from xky.boards.power.train import PowerState, Train
from xky.emulator.supply import SUPPLIES, Supply

from .variants import WINKY, with_power

MIN_SPEC, HIGHEST = SUPPLIES["min_spec"], SUPPLIES["typical"]
CUT = Supply("cut", 0.0, 274.0)
EFFICIENCY = 0.8
BUCK = Regulator(part="buck", kind="buck", efficiency=EFFICIENCY, dropout_v=0.1, dropout_at_a=0.1)
BOOST = Regulator(part="boost", kind="boost", efficiency=EFFICIENCY, input_min_v=0.9)
HELD_V = BUCK.output_v / EFFICIENCY  # below, its switch is closed all the time


def board_with(regulator: Regulator, **parts: object) -> Board:
    return with_power(WINKY, regulator=regulator, bulk=None, **parts)


def state_of(regulator: Regulator, load: str = "publish", supply: Supply = CUT) -> PowerState:
    power = board_with(regulator, wake_up=None).power
    assert power is not None and power.capacitor is not None
    capacitor = power.capacitor.model_copy(update={"esr_ohm": 0.0, "leakage_a": 0.0})
    return Train(power.model_copy(update={"capacitor": capacitor})).state(supply, load)


def test_a_buck_takes_the_power_of_its_rail_over_its_efficiency() -> None:
    state = state_of(BUCK)
    power_w = state.load.current_a * BUCK.output_v / EFFICIENCY
    expected_s = state.balance.capacitance_f * (4.9**2 - 4.3**2) / 2 / power_w
    assert state.flow.time_to(4.9, 4.3) == pytest.approx(expected_s, rel=1e-5)  # what leaks back through the rectifier
    losses = state.balance.losses(4.9)
    assert losses.delivered_w == pytest.approx(EFFICIENCY * (losses.delivered_w + losses.regulator_w))


def test_a_buck_never_takes_more_current_than_its_rail_and_then_follows_its_input() -> None:
    state = state_of(BUCK)
    assert BUCK.output_v < HELD_V
    expected_s = state.balance.capacitance_f * (HELD_V - 2.9) / state.load.current_a
    assert state.flow.time_to(HELD_V, 2.9) == pytest.approx(
        expected_s, rel=1e-5
    )  # what leaks back through the rectifier
    dropped_v = 3.0 - BUCK.dropout_ohm * state.load.current_a
    assert state.balance.losses(3.0).delivered_w == pytest.approx(state.load.current_a * dropped_v, rel=1e-9)


def test_a_buck_loses_its_rail_as_an_ldo_does_or_where_it_gives_nothing_any_more() -> None:
    power = board_with(BUCK).power
    assert power is not None
    state = state_of(BUCK)
    burst_a = state.load.peak_a
    assert burst_a is not None
    assert state.off_terminal_v == pytest.approx(power.mcu.brown_out_v + BUCK.dropout_ohm * burst_a)
    assert state_of(BUCK.model_copy(update={"input_min_v": 3.1})).off_terminal_v == pytest.approx(3.1)
    assert state_of(BUCK, OFF).on_terminal_v == power.mcu.power_on_v
    assert state_of(BUCK.model_copy(update={"input_min_v": 3.1}), OFF).on_terminal_v == 3.1


@pytest.mark.nightly
def test_a_board_speaks_more_often_with_a_buck_than_with_an_ldo() -> None:
    efficient = BUCK.model_copy(update={"efficiency": 0.92})
    bucked, linear = (
        analyse(board, MIN_SPEC, highest=HIGHEST, period_s=60.0) for board in (board_with(efficient), WINKY)
    )
    assert bucked.lives and linear.lives
    assert bucked.per_reading is not None and linear.per_reading is not None
    assert bucked.per_reading.delivered_j == pytest.approx(linear.per_reading.delivered_j, rel=0.01)
    assert bucked.per_reading.regulator_j < 0.6 * linear.per_reading.regulator_j
    assert abs(bucked.per_reading.missing_j) < 1e-6


def always_on(regulator: Regulator) -> Board:
    power = board_with(regulator, wake_up=None, policy=Policy(), adc=None).power
    assert power is not None
    loads = {RUN: power.loads["sleep"]}
    return WINKY.model_copy(update={"wake": None, "power": power.model_copy(update={"loads": loads})})


@pytest.mark.by_day(1)
@pytest.mark.parametrize("make", [board_with, always_on], ids=["sleeps", "always on"])
def test_a_boost_that_is_fed_with_more_than_it_makes_is_refused(make: Callable[[Regulator], Board]) -> None:
    told = analyse(make(BOOST), MIN_SPEC, highest=HIGHEST)
    assert not told.lives
    assert told.refused.startswith("cannot hold its rail: its boost converter makes 3.30 V and is fed with up to 5.0")
    assert "or take a buck or an LDO" in told.refused


@pytest.mark.nightly
def test_a_boost_that_only_raises_is_not() -> None:
    told = analyse(board_with(BOOST.model_copy(update={"output_v": 5.2})), MIN_SPEC, highest=HIGHEST, period_s=120.0)
    assert not told.refused
    assert told.lives


def test_what_a_boost_passes_through_is_on_the_rail() -> None:
    power = board_with(BOOST).power
    assert power is not None
    (one,) = [one for one in ratings_exceeded(Train(power), HIGHEST) if one.what == "rail, V"]
    assert one.rated == power.mcu.rail_max_v and one.borne > 5.0


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"regulator": {"part": "boost", "kind": "boost", "input_min_v": 3.3}}, "a boost only raises"),
        ({"regulator": {"part": "buck", "kind": "buck", "output_v": 2.6}}, "the rail never comes to where"),
        ({"regulator": {"part": "ldo", "output_v": 1.8}}, r"power_on_v 2.7: expected regulator.output_v 1.8 or less"),
        ({"mcu": {"part": "mcu", "power_on_v": 2.7, "brown_out_v": 2.5, "restart_below_v": 2.6}},
         r"restart_below_v 2.6: expected brown_out_v 2.5 or less"),
    ],
)  # fmt: skip
def test_what_no_converter_can_do_is_refused(parts: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        with_power(WINKY, **parts)
