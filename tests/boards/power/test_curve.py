# SPDX-License-Identifier: Apache-2.0
"""Curves as fine as they must be, their inverse, roots, nodes; and motions that come to rest."""

from bisect import bisect_right
from math import cos, exp, inf, log, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.boards.description.parts import Diode
from xky.boards.description.states import OFF
from xky.boards.power.curve import HermiteCurve, gauss, root
from xky.boards.power.flow import Flow
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES

from .variants import WINKY, with_power

SINE = HermiteCurve.through(lambda x: (sin(x), cos(x)), [0.0, 1.0, 6.0], 1e-9)


@given(st.floats(0.0, 6.0))
def test_a_curve_meets_its_function(x: float) -> None:
    assert SINE(x) == pytest.approx(sin(x), abs=2e-9)


def test_a_curve_has_no_more_pieces_than_it_needs() -> None:
    assert len(HermiteCurve.through(lambda x: (x**3, 3 * x * x), [0.0, 10.0], 1e-9).xs) <= 3
    assert 20 < len(SINE.xs) < 500


@given(st.floats(0.01, 1.5))
def test_where_is_the_way_back(x: float) -> None:
    piece = bisect_right(SINE.xs, x) - 1
    assert SINE.where(SINE(x), piece) == pytest.approx(x, abs=1e-8)


@given(st.floats(-3.0, 3.0), st.floats(0.1, 5.0))
def test_a_root_is_found_from_either_side(at: float, reach: float) -> None:
    for low, high in ((at - reach, at + 2 * reach), (at + 2 * reach, at - reach)):
        assert root(lambda x: exp(x) - exp(at), low, high) == pytest.approx(at, abs=1e-12)


def test_a_root_at_an_end_is_that_end() -> None:
    assert root(lambda x: x - 1.0, 1.0, 5.0) == 1.0
    assert root(lambda x: x - 5.0, 1.0, 5.0) == 5.0


@pytest.mark.parametrize("order", [1, 2, 6, 7, 48])
def test_nodes_integrate_polynomials_exactly(order: int) -> None:
    for power in range(2 * order):
        assert sum(weight * node**power for node, weight in gauss(order)) == pytest.approx(1 / (power + 1), rel=1e-12)


# A motion that is known: C·dV/dt = (10 - V)/R

RC = Flow(lambda v: (10.0 - v) / 1000.0, 0.001, [])


@given(st.floats(0.0, 9.99), st.floats(0.0, 5.0))
def test_a_capacitor_behind_a_resistor(before_v: float, duration_s: float) -> None:
    assert RC.after(before_v, duration_s) == pytest.approx(10 - (10 - before_v) * exp(-duration_s), abs=1e-8)


@given(st.floats(0.0, 9.0), st.floats(0.001, 0.9))
def test_time_to_a_voltage_on_the_way(before_v: float, share: float) -> None:
    target_v = before_v + share * (9.9 - before_v)
    assert RC.time_to(before_v, target_v) == pytest.approx(log((10 - before_v) / (10 - target_v)), abs=1e-8)


def test_what_lies_behind_or_beyond_is_never_reached() -> None:
    assert RC.time_to(5.0, 4.0) == inf
    assert RC.time_to(5.0, 10.5) == inf
    assert RC.time_to(12.0, 11.0) < inf  # from above it falls
    assert RC.time_to(5.0, 5.0) == 0.0
    assert RC.rest_v(3.0) == pytest.approx(10.0)
    assert RC.after(3.0, 1e9) == pytest.approx(10.0, abs=1e-9)


def test_where_diodes_block_and_nothing_leaks_it_stays() -> None:
    """A constant drop, no leakage, nothing drawn: above the peak less two drops there is no current at all."""
    assert WINKY.power is not None and WINKY.power.capacitor is not None
    board = with_power(
        WINKY, clamp=None, rectifier={"diode": Diode(part="drop", forward_v=0.35)},
        capacitor=WINKY.power.capacitor.model_copy(update={"leakage_a": 0.0}),
        regulator=WINKY.power.regulator.model_copy(update={"quiescent_a": 0.0}),
        mcu=WINKY.power.mcu.model_copy(update={"off_a": 0.0}),
    )  # fmt: skip
    assert board.power is not None
    train = Train(board.power)
    edge_v = 12 * 2**0.5 - 0.7
    fed = train.state(SUPPLIES["min_spec"], OFF).flow
    assert fed.rest_v(0.0) == pytest.approx(edge_v, abs=1e-3)
    assert edge_v - 0.5 < fed.after(0.0, 24 * 3600.0) <= edge_v + 1e-6
    assert fed.after(edge_v + 1.0, 3600.0) == edge_v + 1.0
    cut = train.state(SUPPLIES["min_spec"].cut, OFF).flow
    assert cut.after(4.0, 3600.0) == 4.0
    assert cut.time_to(4.0, 3.0) == cut.time_to(4.0, 5.0) == inf


@pytest.mark.parametrize("supply", ["min_spec", "weak_old", "dead"])
def test_where_a_current_only_falls_no_rest_is_missed(supply: str) -> None:
    assert WINKY.power is not None
    train = Train(WINKY.power)
    for load in (OFF, *WINKY.power.loads):
        balance = train.state(SUPPLIES[supply], load).balance
        assert balance.falls_from_v < 1.0
        everywhere = Flow(balance.net_a, balance.capacitance_f, balance.knots)
        known = Flow(balance.net_a, balance.capacitance_f, balance.knots, falls_from_v=balance.falls_from_v)
        for before_v in (0.0, 0.3, 1.0, 2.5, 4.0, 5.4, 5.6, 12.0, 39.0):
            assert known.rest_v(before_v) == everywhere.rest_v(before_v)
