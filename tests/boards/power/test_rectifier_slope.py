# SPDX-License-Identifier: Apache-2.0
"""The slope that a rectifier tells is that of its current; a curve drawn with a wrong one takes far too many points."""

import pytest

from xky.boards.description.board import board_named
from xky.boards.power.balance import charging_curve
from xky.boards.power.rectifier import carrier_means
from xky.emulator.supply import supply_named


@pytest.mark.parametrize("peak_v", [0.0, 1.4, 17.0])
@pytest.mark.parametrize("output_v", [0.05, 0.4, 2.0, 5.0])
def test_slope_is_the_difference_quotient(peak_v: float, output_v: float) -> None:
    power = board_named("winky-c6").power
    assert power is not None and power.rectifier is not None

    def mean(at_v: float) -> tuple[float, float]:
        one = carrier_means(power.rectifier, at_v, peak_v=peak_v, loop_ohm=275.0, temperature_c=27.0)
        return one.current_a, one.slope_s

    step_v = 1e-5
    quotient_s = (mean(output_v + step_v)[0] - mean(output_v - step_v)[0]) / (2 * step_v)
    assert mean(output_v)[1] == pytest.approx(quotient_s, rel=1e-4, abs=1e-10)


def test_diodes_leak_the_same_at_any_voltage_while_the_meter_has_cut_its_supply() -> None:
    power = board_named("winky-c6").power
    assert power is not None
    curve = charging_curve(power, supply_named("min_spec").cut)
    assert len(curve.xs) < 10_000
    for output_v in (1.0, 2.0, 3.0, 4.0, 5.0):
        assert curve(output_v) == pytest.approx(-4e-7, rel=1e-5)
