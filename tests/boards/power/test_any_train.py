# SPDX-License-Identifier: Apache-2.0
"""What holds for every power train, supply and load: it moves as a solver says, and no energy is lost."""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.boards.power import PowerDescription
from xky.boards.power.energy import energy_of
from xky.boards.power.train import PowerState, Train
from xky.emulator.supply import Supply

from .trains import LOADS, powers, supplies

FINEST_V = 1e-12  # of a voltage that is a number of sixteen digits; its charge is not known better
FINEST_J = 1e-18
ORDINARY, NIGHTLY = 14, 300

VOLTS = st.floats(0.0, 6.0).map(lambda volts: round(volts, 6))
SECONDS = st.sampled_from((1e-3, 0.1, 1.0, 10.0, 100.0, 1000.0))
WARMTH = st.sampled_from((-20.0, 27.0, 60.0))

anything = given(powers(), supplies(), st.sampled_from(LOADS), VOLTS, SECONDS, WARMTH)


def check(
    power: PowerDescription, supply: Supply, load: str, inner_v: float, duration_s: float, temperature_c: float
) -> None:
    state = Train(power, temperature_c=temperature_c).state(supply, load)
    later_v = state.flow.after(inner_v, duration_s)
    solved_v = solved(state, inner_v, duration_s)
    assert later_v == pytest.approx(solved_v, abs=1e-7)
    energy = energy_of(state, inner_v, later_v, duration_s)
    parts_j = {field.name: getattr(energy, field.name) for field in fields(energy)}
    finest_j = FINEST_J + state.balance.capacitance_f * max(inner_v, later_v) * FINEST_V
    rounding_j = 1e-9 * max(map(abs, parts_j.values())) + finest_j
    assert abs(energy.missing_j) <= rounding_j
    assert min(part_j for name, part_j in parts_j.items() if name not in ("source_j", "stored_j")) >= -rounding_j


def solved(state: PowerState, inner_v: float, duration_s: float) -> float:
    from scipy.integrate import solve_ivp  # slow to import

    balance = state.balance
    solution = solve_ivp(
        lambda _, v: [balance.net_a(v[0]) / balance.capacitance_f],
        (0.0, duration_s), [inner_v], method="LSODA", rtol=1e-11, atol=1e-11,
    )  # fmt: skip
    assert solution.success, solution.message
    return max(float(solution.y[0, -1]), 0.0)


@pytest.mark.nightly
@settings(max_examples=ORDINARY)
@anything
def test_a_train_moves_as_a_solver_says_and_loses_no_energy(
    power: PowerDescription, supply: Supply, load: str, inner_v: float, duration_s: float, temperature_c: float
) -> None:
    check(power, supply, load, inner_v, duration_s, temperature_c)


@pytest.mark.nightly
@settings(max_examples=NIGHTLY)
@anything
def test_many_trains_move_as_a_solver_says_and_lose_no_energy(
    power: PowerDescription, supply: Supply, load: str, inner_v: float, duration_s: float, temperature_c: float
) -> None:
    check(power, supply, load, inner_v, duration_s, temperature_c)
