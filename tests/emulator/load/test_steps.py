# SPDX-License-Identifier: Apache-2.0
"""Loads that a test writes down."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator.legal_time import SECOND_US
from xky.emulator.load import Draw, Load, Ramp, Repeated, Signals, Steps
from xky.protocol import InputError

OPEN = Signals()
START_US = 1_768_474_800 * SECOND_US
POWERS = st.builds(Draw, st.tuples(st.integers(-(10**8), 10**8)), st.tuples(st.integers(-(10**7), 10**7)))


def draw(load: Load, seconds: float) -> tuple[Draw, float | None]:
    """Power, and seconds from the start to the next change."""
    power, until_us = load.draw(START_US + round(seconds * SECOND_US), OPEN)
    return power, None if until_us is None else (until_us - START_US) / SECOND_US


def steps(*powers_w: int, each_s: int = 10) -> Steps:
    return Steps(tuple((START_US + each_s * k * SECOND_US, Draw.of(power)) for k, power in enumerate(powers_w)))


def test_each_step_holds_until_the_next_and_the_last_for_ever() -> None:
    load = steps(100, 200, 300)
    assert draw(load, -1000) == (Draw.of(100), 10)
    assert draw(load, 0) == draw(load, 9.999999) == (Draw.of(100), 10)
    assert draw(load, 10) == draw(load, 19.999999) == (Draw.of(200), 20)
    assert draw(load, 20) == draw(load, 10**6) == (Draw.of(300), None)


def test_repeated_steps_start_anew_after_each_period() -> None:
    load = Repeated(steps(100, 200), 30 * SECOND_US)
    assert draw(load, -5) == (Draw.of(100), 10)
    assert draw(load, 29) == (Draw.of(200), 30)
    assert draw(load, 30) == (Draw.of(100), 40)
    assert draw(load, 3000 + 12) == (Draw.of(200), 3030)
    assert draw(Repeated(steps(100), SECOND_US), 77) == (Draw.of(100), None)


def test_a_copy_of_a_meter_shares_the_steps() -> None:
    load = steps(1, 2)
    assert deepcopy(load) is load


@pytest.mark.parametrize(
    ("given_steps", "message"),
    [
        ((), "none given"),
        (((1, Draw.of(1)), (1, Draw.of(2))), "expected instants that rise"),
        (((2, Draw.of(1)), (1, Draw.of(2))), "1 us follows 2 us"),
        (((1, Draw.of(1)), (2, Draw.of(1, 2, 3))), "1 and 3 phases"),
    ],
)
def test_steps_that_cannot_be_played_are_refused(given_steps: tuple[tuple[int, Draw], ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Steps(given_steps)


def test_a_period_shorter_than_its_steps_is_refused() -> None:
    with pytest.raises(InputError, match="expected over 10000000 us"):
        Repeated(steps(1, 2), 10 * SECOND_US)


def test_a_ramp_goes_by_the_second_and_then_holds() -> None:
    load = Ramp(Draw.of(0), Draw.of(1000), START_US, 4)
    assert draw(load, -3) == (Draw.of(0), 1)
    assert draw(load, 0.5) == (Draw.of(0), 1)
    assert draw(load, 1) == (Draw.of(250), 2)
    assert draw(load, 3.9) == (Draw.of(750), 4)
    assert draw(load, 4) == (Draw.of(1000), None)


@given(POWERS, POWERS, st.integers(1, 1000), st.integers(-10, 2000))
def test_a_ramp_never_turns_back(first: Draw, last: Draw, duration_s: int, second: int) -> None:
    load = Ramp(first, last, START_US, duration_s)
    powers = [draw(load, second + k)[0] for k in (0, 1)]
    for quantity in ("active_mw", "reactive_mvar"):
        way = [getattr(power, quantity)[0] for power in (first, *powers, last)]
        assert way in (sorted(way), sorted(way, reverse=True))
    power, until_s = draw(load, second)
    assert until_s is None or (until_s > second and draw(load, until_s - 1e-6)[0] == power)


@pytest.mark.parametrize("duration_s", [0, -1, 1.5])
def test_a_ramp_takes_whole_seconds(duration_s: int) -> None:
    with pytest.raises(InputError, match="expected whole seconds, 1 at least"):
        Ramp(Draw.of(0), Draw.of(1), START_US, duration_s)


def test_a_ramp_keeps_its_phases() -> None:
    with pytest.raises(InputError, match="3 and 1 phases"):
        Ramp(Draw.of(0, 0, 0), Draw.of(1), START_US, 1)
