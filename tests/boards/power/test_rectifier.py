# SPDX-License-Identifier: Apache-2.0
"""Means over a carrier period, against the same circuit walked through angle by angle."""

from math import log1p, pi, sin, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.boards.description.parts import Diode, Rectifier
from xky.boards.power.rectifier import CarrierMeans, carrier_means

EQUATION = Diode(part="equation", saturation_a=2e-7, ideality=1.05, series_ohm=0.5)
DROP = Diode(part="drop", forward_v=0.35)
ANGLES = (np.arange(2000) + 0.5) * pi / 2000


def mean(
    diode: Diode, output_v: float, peak_v: float = 17.0, loop_ohm: float = 275.0, kind: str = "bridge"
) -> CarrierMeans:
    rectifier = Rectifier.model_validate({"kind": kind, "diode": diode})
    return carrier_means(rectifier, output_v, peak_v=peak_v, loop_ohm=loop_ohm, temperature_c=27.0)


def current_at(diode: Diode, drive_v: float, loop_ohm: float) -> float:
    """Through two diodes and the loop, of a voltage left over the output."""
    if diode.forward_v is not None:
        return max(drive_v - 2 * diode.forward_v, 0.0) / loop_ohm
    thermal_v = 2 * diode.thermal_v(27.0)
    if drive_v <= 0:
        return 0.0
    from scipy.optimize import brentq  # slow to import

    def surplus_v(current_a: float) -> float:
        return current_a * loop_ohm + thermal_v * log1p(current_a / diode.saturation_a) - drive_v

    return float(brentq(surplus_v, 0.0, drive_v / loop_ohm, xtol=1e-14))


@settings(max_examples=12)
@given(st.sampled_from([EQUATION, DROP]), st.floats(0.0, 16.0), st.floats(2.0, 19.0), st.floats(100.0, 400.0))
def test_it_is_the_mean_of_the_circuit(diode: Diode, output_v: float, peak_v: float, loop_ohm: float) -> None:
    walked_a = np.mean([current_at(diode, peak_v * sin(angle) - output_v, loop_ohm) for angle in ANGLES])
    leaks_a = 0.0 if diode.forward_v is not None else 2 * diode.saturation_a  # blocked diodes: not walked through
    assert mean(diode, output_v, peak_v, loop_ohm).current_a == pytest.approx(walked_a, rel=1e-4, abs=leaks_a + 1e-8)


@given(
    st.sampled_from([EQUATION, DROP]),
    st.floats(0.0, 20.0),
    st.floats(0.0, 19.0),
    st.sampled_from(["bridge", "doubler"]),
)
def test_what_comes_in_is_lost_or_given(diode: Diode, output_v: float, peak_v: float, kind: str) -> None:
    one = mean(diode, output_v, peak_v, kind=kind)
    given_w = output_v * one.current_a
    assert one.source_w == pytest.approx(one.resistor_w + one.diode_w + given_w, rel=1e-9, abs=1e-12)


@given(st.sampled_from([EQUATION, DROP]), st.floats(0.1, 30.0))
def test_a_doubler_gives_half_the_current_at_twice_the_voltage_of_one_diode(diode: Diode, output_v: float) -> None:
    """Each half period sees half the voltage through one diode."""
    one_diode = diode.model_copy(update={"ideality": diode.ideality / 2} if diode.forward_v is None else
                                 {"forward_v": diode.forward_v / 2})  # fmt: skip
    halved = mean(one_diode, output_v / 2)
    assert mean(diode, output_v, kind="doubler").current_a == pytest.approx(halved.current_a / 2, rel=1e-9, abs=1e-15)


def test_a_more_open_meter_gives_more_and_a_fuller_capacitor_takes_less() -> None:
    assert mean(EQUATION, 4.0, loop_ohm=150.0).current_a > mean(EQUATION, 4.0).current_a > mean(EQUATION, 5.0).current_a


def test_a_warm_diode_drops_less() -> None:
    cold, warm = (
        carrier_means(
            Rectifier(diode=EQUATION), 4.0, peak_v=17.0, loop_ohm=275.0, temperature_c=temperature_c
        ).current_a
        for temperature_c in (-20.0, 60.0)
    )
    assert warm > cold


def test_above_its_peak_nothing_comes_and_the_diodes_leak() -> None:
    assert mean(DROP, 18.0).current_a == 0.0
    assert mean(EQUATION, 18.0).current_a == pytest.approx(-2 * EQUATION.saturation_a, rel=1e-6)


def test_an_ideal_bridge_shorted_gives_two_over_pi_of_its_peak() -> None:
    ideal = Diode(part="ideal", forward_v=0.0)
    assert mean(ideal, 0.0).current_a == pytest.approx(2 / pi * 17.0 / 275.0)
    assert mean(ideal, 0.0).source_w == pytest.approx((17.0 / sqrt(2)) ** 2 / 275.0)
