# SPDX-License-Identifier: Apache-2.0
"""What a bench would have measured: exact equations of a bridge, a capacitor and a load, solved by scipy.

Nothing of the package's own physics is in here: the rectifier's mean is a sum over the sine, each instant solved
for its current, and ``solve_ivp`` integrates the capacitor's voltage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

THERMAL_V = 1.05 * 8.617333262e-5 * 300.15  # N·kT/q of the shipped boards' diodes at 27 °C
SATURATION_A, DIODE_OHM = 2e-7, 0.5


@dataclass(frozen=True)
class Truth:
    """A capacitor, a meter, and where it starts."""

    capacitance_f: float
    esr_ohm: float
    source_ohm: float
    leakage_a: float
    rated_v: float = 6.0
    open_circuit_v: float = 12.0
    start_v: float = 0.0
    idle_a: float = 5e-6


@lru_cache(maxsize=64)
def _charge(truth: Truth) -> Callable[[float], float]:
    """Mean current of the bridge over the voltage behind it."""
    from scipy.interpolate import CubicSpline  # slow to import

    angles = (np.arange(4000) + 0.5) / 4000 * np.pi / 2
    source_v = np.sqrt(2) * truth.open_circuit_v * np.sin(angles)
    loop_ohm = truth.source_ohm + 2 * DIODE_OHM + truth.esr_ohm
    at_v = np.linspace(-0.5, 6.5, 57)
    means = []
    for output_v in at_v:
        drive_v = source_v - output_v
        x = np.log1p(np.maximum(drive_v, 0.0) / (loop_ohm * SATURATION_A))
        for _ in range(60):  # i = Is·(e^x - 1); R·i + 2·N·Vt·x is what drives it
            grown = SATURATION_A * np.exp(x)
            wrong_v = loop_ohm * (grown - SATURATION_A) + 2 * THERMAL_V * x - drive_v
            x = np.maximum(x - wrong_v / (loop_ohm * grown + 2 * THERMAL_V), -40.0)
        blocked_a = SATURATION_A * np.expm1(-max(output_v, 0.0) / (2 * THERMAL_V))  # of the other pair
        means.append(float(np.mean(SATURATION_A * np.expm1(x)) + blocked_a))
    spline: Callable[[float], float] = CubicSpline(at_v, means)
    return spline


def measure(truth: Truth, times_s: np.ndarray, loads_a: np.ndarray, supplied: np.ndarray) -> np.ndarray:
    """Terminal voltages at the times, without noise; load and supply hold from each time until the next."""
    from scipy.integrate import solve_ivp

    charge = _charge(truth)
    leak_s = truth.leakage_a / truth.rated_v

    def currents(v: float, load_a: float, on: bool) -> tuple[float, float]:
        assert v > 0.55, "below, a load fades, which is not in here"
        drawn_a = load_a + truth.idle_a
        return float(charge(v - truth.esr_ohm * drawn_a)) if on else -2 * SATURATION_A, drawn_a

    def slope(_: float, v: np.ndarray, load_a: float, on: bool) -> list[float]:
        came_a, drawn_a = currents(float(v[0]), load_a, on)
        return [(came_a - drawn_a - float(v[0]) * leak_s) / truth.capacitance_f]

    changes = np.flatnonzero((np.diff(loads_a) != 0) | (np.diff(supplied) != 0)) + 1
    inner_v = np.empty(len(times_s))
    v = truth.start_v
    edges = [0, *changes, len(times_s) - 1]
    for start, end in pairwise(edges):
        if end <= start:
            continue
        solved = solve_ivp(slope, (times_s[start], times_s[end]), [v], "LSODA", times_s[start : end + 1], rtol=1e-9,
                           atol=1e-9, args=(float(loads_a[start]), bool(supplied[start])))  # fmt: skip
        inner_v[start : end + 1] = solved.y[0]
        v = float(solved.y[0, -1])
    flows = [currents(v, i, bool(on)) for v, i, on in zip(inner_v, loads_a, supplied, strict=True)]
    return inner_v + truth.esr_ohm * np.array([came_a - drawn_a for came_a, drawn_a in flows])
