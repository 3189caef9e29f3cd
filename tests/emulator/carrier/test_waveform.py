# SPDX-License-Identifier: Apache-2.0
"""What is told of a waveform: which limits of the specification it breaks, and what no waveform can be."""

import re
from typing import Any

import pytest

from xky.emulator.carrier import Waveform
from xky.protocol import InputError, Mode


def broken(mode: Mode = Mode.STANDARD, **values: Any) -> dict[str, bool]:
    """Quantities of the broken limits, and whether they are beyond what a receiver must understand."""
    return {limit.quantity: limit.beyond_receivers for limit in Waveform(**values).broken_limits(mode)}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"carrier_error": 0.03, "baud_error": 0.01},
        {"carrier_error": -0.03, "baud_error": -0.01},
        {"carrier_error": 51_500 / 50_000 - 1, "baud_error": 9696 / 9600 - 1},
        {"amplitude_v": 1.2, "residual_v": 0.1},
        {"amplitude_v": 5.0, "residual_v": 0.1},
        {"noise_db": 40, "amplitude_v": 1.2},
    ],
)
def test_what_a_meter_may_send_breaks_nothing(mode: Mode, values: dict[str, Any]) -> None:
    assert broken(mode, **values) == {}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"carrier_error": 0.031}, {"carrier": True}),
        ({"carrier_error": -0.031}, {"carrier": True}),
        ({"baud_error": 0.011}, {"baud": True}),
        ({"amplitude_v": 1.19}, {"amplitude": False}),
        ({"amplitude_v": 0.79}, {"amplitude": True}),
        ({"amplitude_v": 5.1}, {"amplitude": True}),
        ({"residual_v": 0.21}, {"residual carrier": False}),
        ({"residual_v": 0.4}, {"residual carrier": True}),
        ({"noise_db": 20}, {"noise": False}),
    ],
)
def test_each_limit_is_told_when_it_is_broken(values: dict[str, Any], expected: dict[str, bool]) -> None:
    assert broken(**values) == expected


def test_historic_mode_leaves_less_carrier_in_a_1() -> None:
    assert broken(Mode.STANDARD, residual_v=0.15) == {}
    assert broken(Mode.HISTORIC, residual_v=0.15) == {"residual carrier": False}
    assert broken(Mode.HISTORIC, residual_v=0.3) == {"residual carrier": True}


def test_slow_edges_leave_too_little_of_a_1() -> None:
    # A single 1 of 104.17 µs is under 0.2 V of 2 V for all but 0.8 of the edge: 60 µs of it up to 55.2 µs
    assert broken(amplitude_v=2.0, edge_s=55e-6) == {}
    assert broken(amplitude_v=2.0, edge_s=56e-6) == {"one": False}
    assert broken(amplitude_v=2.0, edge_s=104e-6) == {"one": True}


def test_a_limit_is_told_in_one_line_with_its_clause() -> None:
    (limit,) = Waveform(amplitude_v=0.9).broken_limits(Mode.STANDARD)
    assert str(limit) == (
        "amplitude 0.9 V: a meter sends 1.2 to 5 V (54E §5.3.2), a receiver reads 0.8 to 5 V (54E §5.3.4)"
    )
    (limit,) = Waveform(carrier_error=0.04).broken_limits(Mode.STANDARD)
    assert str(limit) == "carrier of 52000 Hz: a meter keeps to 48500 to 51500 (54E table 3, 02E §1.3.1)"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"rate_hz": 100_000}, "rate_hz 100000: expected 200000 to"),
        ({"rate_hz": 960_000.5}, "whole number"),
        ({"carrier_error": 0.5}, "carrier_error 0.5: expected -0.2 to 0.2"),
        ({"baud_error": -0.2}, "baud_error -0.2"),
        ({"amplitude_v": 30}, "amplitude_v 30: expected 0.001 to 25 V"),
        ({"amplitude_v": float("nan")}, "amplitude_v nan"),
        ({"residual_v": 4}, "residual_v 4: expected 0 to 3.65 V, the amplitude"),
        ({"edge_s": -1e-6}, "edge_s -1e-06"),
        ({"noise_db": float("inf")}, "noise_db inf"),
    ],
)
def test_what_no_signal_has_is_refused(values: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        Waveform(**values)
