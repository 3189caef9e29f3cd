# SPDX-License-Identifier: Apache-2.0
"""What firmware knows of its capacitor, through a converter that is what it is, and what it decides by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.boards import Board, board_named
from xky.boards.description.parts import Adc
from xky.boards.firmware import EnergyPolicy
from xky.boards.firmware.energy_policy import WakeDecisions
from xky.boards.power import Policy

from ..power.variants import WINKY, with_power

STEP_V = 6.6 / 4095  # of twelve bits over a divider of two and a reference of 3.3 V
RECHARGES = with_power(WINKY, policy=Policy(start_v=4.2, stop_v=3.7, sleep="recharge", min_sleep_s=10, max_sleep_s=60))
SCALES_ITSELF = with_power(WINKY, adc=Adc(scales_itself=True))


@given(st.floats(0.0, 6.5))
def test_a_sound_converter_reads_within_a_step(terminal_v: float) -> None:
    assert EnergyPolicy(WINKY).read_v(terminal_v) == pytest.approx(terminal_v, abs=0.5 * STEP_V + 1e-14)  # of a double


def test_a_converter_reads_no_more_than_its_full_scale() -> None:
    assert EnergyPolicy(WINKY).read_v(9.0) == pytest.approx(6.6)


def test_a_gain_error_is_never_trimmed() -> None:
    board = with_power(WINKY, adc=Adc(gain_error=-0.05))
    assert EnergyPolicy(board).read_v(4.0) == pytest.approx(3.8, abs=STEP_V)


@given(st.floats(2.0, 3.3))
def test_before_it_was_full_once_it_reads_half_as_much_again(terminal_v: float) -> None:
    """The scale begins at 2047 of 4095: 5.0 V are told for what is 3.3 V."""
    fresh = EnergyPolicy(SCALES_ITSELF, full_once=False)
    assert fresh.read_v(terminal_v) == pytest.approx(1.5156 * terminal_v, abs=0.003)


def test_it_believes_in_a_start_that_is_none() -> None:
    """At 2.8 V it sees 4.2 V."""
    assert EnergyPolicy(SCALES_ITSELF, full_once=False).may_start(2.8)
    assert not EnergyPolicy(SCALES_ITSELF, full_once=True).may_start(2.8)


def test_full_once_it_reads_right_ever_after() -> None:
    policy = EnergyPolicy(SCALES_ITSELF, full_once=False)
    policy.read_v(5.0)
    assert policy.read_v(4.0) == pytest.approx(4.0, abs=0.003)
    policy.forget()  # a brown-out: the scale is in flash
    assert policy.read_v(4.0) == pytest.approx(4.0, abs=0.003)
    assert policy.read_v(2.8) == pytest.approx(2.8, abs=0.003)


@pytest.mark.parametrize(("margin_v", "starts_from_v"), [(0.0, 4.2), (0.05, 4.15), (0.3, 3.9)])
def test_a_wake_begins_a_margin_below_its_start_voltage(margin_v: float, starts_from_v: float) -> None:
    policy = EnergyPolicy(with_power(WINKY, policy=Policy(start_v=4.2, start_margin_v=margin_v)))
    assert policy.may_start(starts_from_v + STEP_V)
    assert not policy.may_start(starts_from_v - STEP_V)


@pytest.mark.parametrize("board", [WINKY, SCALES_ITSELF], ids=["plain", "scales itself"])
def test_the_voltage_at_which_it_stops_is_where_its_decision_turns(board: Board) -> None:
    policy = EnergyPolicy(board)
    stop_v = policy.stop_v
    assert stop_v == pytest.approx(3.7, abs=2 * STEP_V)
    assert policy.must_stop(stop_v - 1e-9)
    assert not policy.must_stop(stop_v + 1e-9)


def test_without_a_policy_it_never_stops_and_always_starts() -> None:
    for board in (with_power(WINKY, policy=Policy()), board_named("generic")):
        policy = EnergyPolicy(board)
        assert policy.may_start(0.1)
        assert not policy.must_stop(0.1)
        assert policy.stop_v is None


def test_a_fixed_sleep_is_what_the_board_says() -> None:
    assert EnergyPolicy(WINKY).sleep_s(0.0, lambda: 3.8) == 30.0


def slept(policy: EnergyPolicy, sleep_s: float, before_v: float, after_v: float) -> None:
    """A sleep in which it charged."""
    policy.sleep_s(1000.0, lambda: before_v)
    policy.wakes(1000.0 + sleep_s, lambda: after_v)


def test_a_recharge_sleep_is_as_long_as_the_missing_charge_takes() -> None:
    policy = EnergyPolicy(RECHARGES)
    assert policy.sleep_s(0.0, lambda: 3.8) == 30.0  # nothing seen yet: the board's own
    slept(policy, 30.0, 3.8, 4.1)
    seen_w = 0.5 * 1.5 * (4.1**2 - 3.8**2) / 30
    assert policy.sleep_s(2000.0, lambda: 3.7) == pytest.approx(0.5 * 1.5 * (4.2**2 - 3.7**2) / seen_w, rel=0.01)


@given(st.floats(3.0, 4.9), st.floats(0.001, 0.5))
def test_a_recharge_sleep_keeps_its_limits(before_v: float, gained_v: float) -> None:
    policy = EnergyPolicy(RECHARGES)
    slept(policy, 30.0, before_v, before_v + gained_v)
    assert 10.0 <= policy.sleep_s(2000.0, lambda: before_v) <= 60.0


def test_its_limits_are_met() -> None:
    policy = EnergyPolicy(RECHARGES)
    slept(policy, 30.0, 3.8, 4.1)
    assert policy.sleep_s(2000.0, lambda: 4.19) == 10.0
    assert policy.sleep_s(3000.0, lambda: 3.0) == 60.0


def test_what_it_saw_is_smoothed_three_to_one() -> None:
    once, twice = EnergyPolicy(RECHARGES), EnergyPolicy(RECHARGES)
    slept(once, 30.0, 3.8, 4.1)
    slept(twice, 30.0, 3.8, 4.1)
    slept(twice, 60.0, 3.8, 4.1)  # half as much comes in: (3 + 1/2) / 4 of it
    assert twice.sleep_s(5000.0, lambda: 3.9) / once.sleep_s(5000.0, lambda: 3.9) == pytest.approx(8 / 7, rel=1e-3)


def test_a_reset_forgets_what_came_in() -> None:
    policy = EnergyPolicy(RECHARGES)
    slept(policy, 30.0, 3.8, 4.1)
    policy.forget()
    assert policy.sleep_s(2000.0, lambda: 3.7) == 30.0


def test_a_sleep_in_which_nothing_came_tells_nothing() -> None:
    policy = EnergyPolicy(RECHARGES)
    slept(policy, 30.0, 4.1, 4.0)
    assert policy.sleep_s(2000.0, lambda: 3.7) == 30.0


def test_a_wake_asks_once_whether_it_may_start_and_then_whether_it_must_stop() -> None:
    decisions = WakeDecisions(EnergyPolicy(RECHARGES))
    assert decisions.goes_on_with("boot", lambda: 0.1)  # it has not looked yet
    assert decisions.goes_on_with("associate", lambda: 4.3)
    assert decisions.goes_on_with("address", lambda: 3.9)  # too little to start, enough to go on
    assert not decisions.goes_on_with("listen", lambda: 3.6)
    assert not decisions.waits
    assert decisions.sleep_s(0.0, lambda: 3.6) == 30.0


def test_a_wake_that_may_not_start_sleeps_on_and_learns_nothing_by_it() -> None:
    policy = EnergyPolicy(RECHARGES)
    slept(policy, 30.0, 3.8, 4.1)
    known_s = policy.sleep_s(2000.0, lambda: 3.7)
    decisions = WakeDecisions(policy)
    assert not decisions.goes_on_with("associate", lambda: 4.0)
    assert decisions.waits
    assert decisions.sleep_s(2100.0, lambda: 4.0) == Policy().retry_s
    decisions.has_slept(2130.0, lambda: 5.0)
    assert policy.sleep_s(3000.0, lambda: 3.7) == known_s
