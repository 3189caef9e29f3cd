# SPDX-License-Identifier: Apache-2.0
"""Many boards at once go the ways that each goes by itself."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.boards import board_named, board_names
from xky.boards.description.parts import Diode, Rectifier
from xky.boards.power.analysis import analyse
from xky.boards.power.rectifier import carrier_means
from xky.emulator.supply import HIGHEST, Supply, supply_named
from xky.hil.power.population.population import Population, changed_board
from xky.hil.power.population.rectifier import Diodes, RectifierCurves, mean_current
from xky.hil.power.population.simulation import simulate_population
from xky.hil.power.population.train import PopulationTrain
from xky.protocol import InputError

from ..populations import BUILDS, WINKY, alone, build, spread

CYCLES = 12
BOARDS = 4
SLOW = ("boost", "charger")
SHIPPED = [
    name
    for name in board_names()
    if (board := board_named(name)).wake is not None and board.power is not None and board.power.source == "tic"
]


def rectifier(kind: str, forward_v: float | None) -> Rectifier:
    return Rectifier(kind=kind, diode=Diode(part="one", forward_v=forward_v))


@pytest.mark.nightly
@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["bridge", "doubler"]),
    forward_v=st.none() | st.floats(0.2, 0.8),
    peak_v=st.floats(1.5, 18.5),
    share=st.floats(0.0, 1.0),
    loop_ohm=st.floats(100, 400),
    temperature_c=st.floats(-20, 60),
)
def test_a_current_is_that_of_one_rectifier(
    kind: str, forward_v: float | None, peak_v: float, share: float, loop_ohm: float, temperature_c: float
) -> None:
    one = rectifier(kind, forward_v)
    halves, in_path = (1, 2) if kind == "bridge" else (2, 1)
    most = halves * (peak_v - in_path * (forward_v or 0.0))
    output_v = share * max(most, 0.5)

    def expected(at_v: float) -> float:
        return carrier_means(one, at_v, peak_v=peak_v, loop_ohm=loop_ohm, temperature_c=temperature_c).current_a

    def array(value: float) -> np.ndarray:
        return np.array([value])

    drop_v = None if forward_v is None else array(in_path * forward_v)
    thermal_v, saturation_a = one.diode.thermal_v(temperature_c), one.diode.saturation_at(temperature_c)
    diodes = Diodes(halves, drop_v, array(in_path * thermal_v), array(saturation_a))
    most_a = expected(0.0)
    current_a, slope_s = mean_current(diodes, array(output_v), peak_v=array(peak_v), loop_ohm=array(loop_ohm))
    assert current_a[0] == pytest.approx(expected(output_v), rel=1e-9, abs=1e-12)
    step_v = 1e-5
    if 0.01 < share < 0.98:
        slope = (expected(output_v + step_v) - expected(output_v - step_v)) / (2 * step_v)
        assert slope_s[0] == pytest.approx(slope, rel=1e-3, abs=1e-8)
    low_v, high_v = array(0.0), array(max(most, 0.5))
    for end_v in (high_v, 0.5 * high_v):
        curves = RectifierCurves(diodes, peak_v=array(peak_v), loop_ohm=array(loop_ohm), low_v=low_v, high_v=end_v)
        at_v = share * float(end_v[0])
        assert abs(curves(array(at_v))[0] - expected(at_v)) <= 1e-6 * max(most_a, 1e-5)


@pytest.mark.by_day(1)
@pytest.mark.parametrize("name", BUILDS)
def test_each_board_goes_its_own_way(name: str) -> None:
    boards = BOARDS if name not in SLOW else BOARDS // 4  # the engine for one looks for its voltages there
    assert_alike(spread(BUILDS[name], boards, seed=7))


@pytest.mark.nightly
@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_board_goes_its_own_way(name: str) -> None:
    assert_alike(spread(board_named(name), BOARDS, seed=11, period_s=(40.0, 300.0)))


def assert_alike(population: Population) -> None:
    """Those that do not fall so low that nothing runs; half of them at the least."""
    boards = population.count
    outcome = simulate_population(population, CYCLES)
    compared = 0
    for number in range(boards):
        one = alone(population, number, outcome.cycles)
        assert bool(outcome.starts[number]) == math.isfinite(one.start_s)
        if not math.isfinite(one.start_s):
            assert outcome.margin_v[number] < 0
            continue
        assert outcome.start_s[number] == pytest.approx(one.start_s, rel=1e-6)
        if one.faded:  # below, nothing that could be compared runs
            assert outcome.margin_v[number] < 0
            continue
        compared += 1
        assert outcome.wake_v[number] == pytest.approx(one.wake_v, abs=1e-5)
        assert outcome.margin_v[number] == pytest.approx(one.margin_v, abs=1e-5)
        assert bool(outcome.lives[number]) == (one.margin_v > 0)
    assert compared >= (boards / 2 if population.board.power.wake_up is not None else 0)


def test_a_boost_that_is_fed_with_more_than_it_makes_does_not_live() -> None:
    outputs_v = np.array([3.3, 4.9, 5.4])
    columns = {"power.regulator.output_v": outputs_v, "power.loads.listen.current_a": np.full(3, 1e-3)}
    outcome = simulate_population(Population(BUILDS["boost"], 3, columns, 12.0, 274.0, period_s=300.0), CYCLES)
    assert (outcome.margin_v > 0).all()
    assert outcome.lives.tolist() == [False, False, True]  # its clamp holds the capacitor at 5.0 V


def test_it_ends_when_nothing_changes_any_more() -> None:
    population = spread(WINKY, 6, seed=1, period_s=(100.0, 150.0))
    settled, longer = simulate_population(population, 10_000), simulate_population(population, 400)
    assert settled.cycles < 10_000
    assert settled.wake_v == pytest.approx(longer.wake_v, abs=1e-7)


def test_order_and_company_do_not_matter() -> None:
    population = spread(WINKY, 40, seed=3)
    together = simulate_population(population, CYCLES)
    backwards = simulate_population(population.take(slice(None, None, -1)), CYCLES)
    assert backwards.margin_v[::-1] == pytest.approx(together.margin_v, abs=1e-7)
    one = simulate_population(population.take(slice(5, 6)), CYCLES)
    assert one.wake_v[0] == pytest.approx(together.wake_v[5], abs=1e-6)


def test_a_dead_meter_starts_nothing() -> None:
    outcome = simulate_population(Population(WINKY, 1, {}, 1.0, 274.0), CYCLES)
    assert not outcome.starts[0] and not outcome.lives[0] and outcome.worst[0] == -1
    assert math.isinf(outcome.start_s[0])
    assert outcome.margin_v[0] == pytest.approx(-3.1, abs=0.1)  # 1.1 V, where 4.2 are needed


def test_a_wake_longer_than_the_period_does_not_live() -> None:
    periods = np.array([5.0, 60.0])
    outcome = simulate_population(Population(WINKY, 2, {"period_s": periods}, 13.0, 20.0), CYCLES)
    assert (outcome.margin_v > 0).all()  # so strong a supply carries the wake itself
    assert outcome.lives.tolist() == [False, True]


def test_a_board_that_never_sleeps() -> None:
    told = WINKY.model_dump() | {"wake": None}
    told["power"]["loads"] = {"run": {"current_a": 0.004}}
    told["power"]["policy"] = {}
    board = type(WINKY).model_validate(told)
    currents = np.array([0.004, 0.04])
    outcome = simulate_population(Population(board, 2, {"power.loads.run.current_a": currents}, 12.0, 274.0), 100)
    assert outcome.lives.tolist() == [True, False]
    assert list(outcome.phases) == ["run"]


@pytest.mark.parametrize(
    ("board", "words"),
    [
        (WINKY.model_copy(update={"power": None}), "no \\[power\\] table"),
        (build(source="external"), "a supply of its own"),
    ],
)
def test_boards_that_cannot_be_looked_at(board, words: str) -> None:
    with pytest.raises(InputError, match=words):
        simulate_population(Population(board, 1, {}, 12.0, 274.0))


def test_thresholds_are_those_of_the_single_train() -> None:
    population = spread(BUILDS["clamp"], 3, seed=2)
    state = PopulationTrain(population).state("associate")
    terminal_v = np.array([3.5, 4.5, 4.9])
    assert state.balance.terminal_v(state.balance.inner_v(terminal_v)) == pytest.approx(terminal_v, abs=1e-9)


@pytest.mark.by_day(2)
@pytest.mark.parametrize(("capacitance_f", "period_s", "lives"), [
    (1.5, 36.55, True),
    (1.5, 15.5, False),  # the hardware would bear it; the firmware's start_v is not reached in time
    (0.2, 30.0, True),  # the first wakes are broken off at stop_v, the others come through
    (0.05, 30.0, False),
])  # fmt: skip
def test_to_live_means_what_it_means_to_one_board(capacitance_f: float, period_s: float, lives: bool) -> None:
    board = changed_board(WINKY, {"power.capacitor.capacitance_f": capacitance_f})
    one = analyse(board, supply_named("min_spec"), highest=HIGHEST, period_s=period_s)
    outcome = simulate_population(Population(board, 1, {}, 12.0, 274.0, period_s=period_s), 100)
    assert (one.lives, bool(outcome.lives[0])) == (lives, lives)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["winky-c6", "winky-c6-tasmota", "winky-lab", "loky"])
def test_to_live_means_that_on_any_capacitor_meter_and_period(name: str) -> None:
    rng, board = Random(name), board_named(name)
    for _ in range(100):
        changed = changed_board(board, {"power.capacitor.capacitance_f": 10 ** rng.uniform(-1, 0.5)})
        supply, period_s = Supply("any", rng.uniform(9, 13), rng.uniform(220, 400)), rng.uniform(8, 60)
        one = analyse(changed, supply, highest=HIGHEST, period_s=period_s)
        population = Population(changed, 1, {}, supply.open_circuit_v, supply.source_ohm, period_s=period_s)
        outcome = simulate_population(population, 100)
        assert bool(outcome.lives[0]) == one.lives, (supply, period_s, changed)
