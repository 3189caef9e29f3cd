# SPDX-License-Identifier: Apache-2.0
"""Currents that a solver stumbles over: constant power behind a resistance, none at all, two rests close together."""

from math import inf, sqrt

import pytest

from xky.boards.description.parts import Capacitor, Charger, Diode, Mcu, Rectifier, Regulator
from xky.boards.description.states import OFF
from xky.boards.power import PowerDescription, RailLoad
from xky.boards.power.balance import charging_curve
from xky.boards.power.energy import energy_of
from xky.boards.power.flow import Flow
from xky.boards.power.rectifier import carrier_means
from xky.boards.power.train import PowerState, Train
from xky.emulator.supply import Supply

CUT = Supply("cut", 0.0, 274.0)
STRONG = Supply("strong", 13.0, 150.0)
BLOCKING = Diode(part="ideal", forward_v=0.3)
SCHOTTKY = Diode(part="BAT85", saturation_a=2e-7, ideality=1.05)
RAIL_A, RAIL_V, EFFICIENCY = 0.1, 3.3, 0.8
DRAWN_W = RAIL_A * RAIL_V / EFFICIENCY
STORE_F = 0.5


def boost(esr_ohm: float, supply: Supply = CUT, load: str = "run") -> PowerState:
    power = PowerDescription(
        rectifier=Rectifier(diode=BLOCKING),
        capacitor=Capacitor(part="store", capacitance_f=STORE_F, esr_ohm=esr_ohm, rated_v=6.0),
        regulator=Regulator(part="boost", kind="boost", output_v=RAIL_V, efficiency=EFFICIENCY, input_min_v=0.8),
        mcu=Mcu(part="mcu", power_on_v=2.7, brown_out_v=2.5),
        loads={"run": RailLoad(current_a=RAIL_A)},
    )
    return Train(power).state(supply, load)


def test_constant_power_empties_the_capacitor_in_finite_time() -> None:
    state = boost(0.0)
    assert state.flow.time_to(4.0, 1.0) == pytest.approx(STORE_F * (4.0**2 - 1.0**2) / 2 / DRAWN_W, rel=1e-9)


@pytest.mark.nightly
@pytest.mark.parametrize("esr_ohm", [2.0, 5.0, 10.0])
def test_constant_power_behind_a_resistance_collapses_where_no_solution_is_left(esr_ohm: float) -> None:
    state = boost(esr_ohm)
    fold_v = 2 * sqrt(esr_ohm * DRAWN_W)  # least of v + R · P / v, at v = sqrt(R · P)
    assert state.off_v == pytest.approx(fold_v, rel=1e-9)
    assert state.terminal_v(fold_v * (1 + 1e-6)) == pytest.approx(fold_v / 2, rel=3e-3)
    assert state.terminal_v(fold_v * (1 - 1e-6)) < 0.5
    assert state.terminal_v(6.0) == pytest.approx(3.0 + sqrt(9.0 - esr_ohm * DRAWN_W), rel=1e-9)
    collapses_s = state.flow.time_to(5.0, fold_v)
    assert 0 < collapses_s < inf
    later_v = state.flow.after(5.0, 1.5 * collapses_s)
    assert 0 < later_v < fold_v
    energy = energy_of(state, 5.0, later_v, 1.5 * collapses_s)
    assert abs(energy.missing_j) < 1e-9 * abs(energy.stored_j)


def test_collapsed_it_never_delivers_more_than_it_draws() -> None:
    state = boost(0.2)
    for inner_v in (0.01, 0.1, 0.3, 0.45, 0.6, 2.0):
        losses = state.balance.losses(inner_v)
        assert losses.regulator_w > 0
        assert losses.delivered_w > 0


def test_a_resistance_of_tens_of_ohms_moves_thresholds_beyond_the_ends() -> None:
    state = boost(100.0, STRONG, OFF)
    charged_v = state.balance.terminal_v(0.0)
    assert charged_v > 2.0  # the charge through the ESR alone shows so much
    assert state.balance.inner_v(1.0) < -1.0


@pytest.mark.parametrize("above_v", [5.0, 5.6])
def test_a_full_capacitor_that_nothing_draws_from_stands(above_v: float) -> None:
    charger = Charger(part="5.0 V", output_v=5.0, output_ohm=0.1)
    power = PowerDescription(
        rectifier=Rectifier(diode=BLOCKING),
        charger=charger,
        capacitor=Capacitor(part="store", capacitance_f=STORE_F, esr_ohm=0.2, rated_v=6.0),
        regulator=Regulator(part="ldo"),
        mcu=Mcu(part="mcu", power_on_v=2.7, brown_out_v=2.5),
        loads={},
    )
    flow = Train(power).state(STRONG, OFF).flow
    assert flow.after(above_v, 1000.0) == above_v
    assert flow.after(1.0, 1e6) == pytest.approx(5.0, abs=1e-9)
    assert flow.time_to(5.6, 5.0) == inf


def test_two_rests_between_two_looks_are_both_found() -> None:
    flow = Flow(lambda v: (v - 3.0) ** 2 - 1e-4, 1.0, [])
    assert flow.rest_v(1.0) == pytest.approx(2.99, abs=1e-9)
    assert flow.rest_v(3.005) == pytest.approx(2.99, abs=1e-9)
    assert flow.rest_v(3.02) > 30.0


@pytest.mark.parametrize("open_circuit_v", [0.0, 2e-5, 1e-3, 0.3, 1.0, 13.0])
@pytest.mark.parametrize("kind", ["bridge", "doubler"])
def test_a_curve_of_the_charging_current_ends_however_weak_the_supply(open_circuit_v: float, kind: str) -> None:
    power = boost(3.0).balance
    rectifier = Rectifier(kind=kind, diode=SCHOTTKY)  # type: ignore[arg-type]
    described = PowerDescription(
        rectifier=rectifier, capacitor=power.capacitor, regulator=Regulator(part="ldo"),
        mcu=Mcu(part="mcu", power_on_v=2.7, brown_out_v=2.5), loads={},
    )  # fmt: skip
    curve = charging_curve(described, Supply("weak", open_circuit_v, 274.0))
    assert len(curve.xs) < 4000


@pytest.mark.parametrize("peak_v", [0.0, 0.5, 17.0])
@pytest.mark.parametrize("output_v", [0.05, 0.3, 4.0])
def test_the_slope_of_the_mean_is_its_slope(peak_v: float, output_v: float) -> None:
    def current_a(v: float) -> float:
        return carrier_means(Rectifier(diode=SCHOTTKY), v, peak_v=peak_v, loop_ohm=275.0, temperature_c=27.0).current_a

    exact = carrier_means(
        Rectifier(diode=SCHOTTKY), output_v, peak_v=peak_v, loop_ohm=275.0, temperature_c=27.0
    ).slope_s
    assert exact == pytest.approx((current_a(output_v + 1e-6) - current_a(output_v - 1e-6)) / 2e-6, rel=1e-4, abs=1e-12)
