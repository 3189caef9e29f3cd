# SPDX-License-Identifier: Apache-2.0
"""What a rectifier delivers on the average of a carrier period, into a voltage that stands still meanwhile.

At the instant at which the diodes carry i, the source's voltage is S(i) = U + R·i + n·Vd(i); so the means over
a half period are integrals over i, or over x = ln(1 + i/IS): ``dθ = S'(x) dx / sqrt(Vpk² - S²)``. From the peak
downwards, x = x_top - s² takes the square root out, and forty values give fifteen digits.
"""

from dataclasses import dataclass
from math import asin, cos, exp, expm1, log1p, pi, sin, sqrt

from ..description.parts import Diode, Rectifier
from .curve import gauss

__all__ = ["CarrierMeans", "carrier_means"]

_NODES = gauss(48)
_FAINT = -20.0  # x below which a diode carries -IS, to nine digits
_NOTHING_V = 1e-4  # a peak so small moves no diode by more than a millionth of its leakage


@dataclass(frozen=True, slots=True)
class CarrierMeans:
    """Means over a carrier period.

    Attributes:
        current_a: into the output.
        slope_s: its change with the output's voltage, siemens.
        source_w: power of the open-circuit voltage.
        resistor_w: lost in the loop's resistance.
        diode_w: lost in the diodes.
    """

    current_a: float
    slope_s: float
    source_w: float
    resistor_w: float
    diode_w: float


def carrier_means(
    rectifier: Rectifier, output_v: float, *, peak_v: float, loop_ohm: float, temperature_c: float
) -> CarrierMeans:
    """The means of a rectifier.

    A doubler charges its pump capacitor to half the output in one half period, and sends that charge on in
    the other: each half sees half the voltage through one diode.

    Args:
        rectifier: its kind and diodes.
        output_v: the voltage behind it.
        peak_v: open circuit, of the sine.
        loop_ohm: all resistance of the loop, that of the diodes included.
        temperature_c: of the diodes.
    """
    diode = rectifier.diode
    halves, diodes = (1, 2) if rectifier.kind == "bridge" else (2, 1)
    half_v = output_v / halves
    if diode.forward_v is None:
        half = _with_equation(diode, diodes, half_v, peak_v, loop_ohm, temperature_c)
    else:
        half = _with_constant_drop(diodes * diode.forward_v, half_v, peak_v, loop_ohm)
    return CarrierMeans(half.current_a / halves, half.slope_s / halves**2, half.source_w, half.resistor_w, half.diode_w)


def _with_constant_drop(drop_v: float, output_v: float, peak_v: float, loop_ohm: float) -> CarrierMeans:
    loss_v = output_v + drop_v
    if loss_v >= peak_v or peak_v <= 0:
        return CarrierMeans(0.0, 0.0, 0.0, 0.0, 0.0)
    start = asin(max(loss_v / peak_v, -1.0))
    angle = pi / 2 - start
    scale = 2 / pi / loop_ohm
    squared = peak_v**2 * (angle / 2 + sin(2 * start) / 4)
    current_a = scale * (peak_v * cos(start) - loss_v * angle)
    return CarrierMeans(
        current_a,
        -scale * angle,
        scale * (squared - loss_v * peak_v * cos(start)),
        scale * (squared - 2 * peak_v * loss_v * cos(start) + loss_v**2 * angle),
        drop_v * current_a,
    )


def _with_equation(
    diode: Diode, diodes: int, output_v: float, peak_v: float, loop_ohm: float, temperature_c: float
) -> CarrierMeans:
    thermal_v = diodes * diode.thermal_v(temperature_c)
    saturation_a = diode.saturation_at(temperature_c)
    # The other pair is blocked: it takes from the output what its diodes leak. Nothing where there is no voltage;
    # straight on below it, where no board comes, so that the curve has no edge there.
    leak_a = saturation_a * (expm1(-output_v / thermal_v) if output_v > 0 else -output_v / thermal_v)
    leak_slope_s = -saturation_a / thermal_v * exp(-max(output_v, 0.0) / thermal_v)

    loop_v = loop_ohm * saturation_a  # lost in the loop by IS

    def source_v(x: float) -> float:
        return output_v + loop_v * expm1(x) + thermal_v * x

    # Where the source is at zero the diodes carry next to -IS
    least = _top(-output_v, thermal_v, loop_v)
    bottom = max(least, _FAINT)
    if peak_v <= _NOTHING_V:
        current_a = saturation_a * expm1(least) + leak_a
        least_a = saturation_a * exp(least)
        slope_s = leak_slope_s - least_a / (loop_ohm * least_a + thermal_v)
        lost_w = saturation_a**2 * expm1(least) ** 2 * loop_ohm
        return CarrierMeans(current_a, slope_s, 0.0, lost_w, -output_v * current_a - lost_w)
    top = _top(peak_v - output_v, thermal_v, loop_v)
    span = sqrt(max(top - bottom, 0.0))
    if span == 0.0:  # a peak so far below the output that no diode carries more than its leakage
        current_a = -saturation_a + leak_a
        return CarrierMeans(current_a, 0.0, 0.0, 0.0, -output_v * current_a)
    mean_a = slope = source = resistor = junction = 0.0
    forward_ohm_a = loop_v * exp(top)
    for node, weight in _NODES:
        s = node * span
        x = top - s * s
        grown = exp(x)
        i = saturation_a * (grown - 1)
        here_v = output_v + loop_v * expm1(x) + thermal_v * x
        below_peak_v = -forward_ohm_a * expm1(-s * s) + thermal_v * s * s
        per_x = loop_v * grown + thermal_v
        angle = weight * span * 2 * s * per_x / sqrt(below_peak_v * (peak_v + here_v))
        carried_a = angle * i
        mean_a += carried_a
        source += carried_a * here_v
        resistor += carried_a * i
        junction += carried_a * x
        slope -= angle * saturation_a * grown / per_x
    # Before that, from the zero of the source on, all diodes leak
    faint_v = source_v(bottom)
    early = asin(min(faint_v / peak_v, 1.0)) if faint_v > 0 else 0.0
    early_a = saturation_a * expm1(bottom)
    early_w = early_a * peak_v * (1 - cos(early))
    scale = 2 / pi
    current_a = scale * (mean_a + early * early_a) + leak_a
    return CarrierMeans(
        current_a,
        scale * slope + leak_slope_s,
        scale * (source + early_w),
        scale * loop_ohm * (resistor + early * early_a**2),
        scale * (thermal_v * junction + early_w - early * early_a * output_v - loop_ohm * early * early_a**2)
        - leak_a * output_v,
    )


def _top(drive_v: float, thermal_v: float, leak_v: float) -> float:
    """x at which ``leak_v``·(e^x - 1) + ``thermal_v``·x is ``drive_v``; Newton from above never oversteps."""
    x = (drive_v + leak_v) / thermal_v
    if drive_v > 0:
        x = min(drive_v / thermal_v, log1p(drive_v / leak_v))
    for _ in range(60):
        grown = exp(x)
        step = (leak_v * (grown - 1) + thermal_v * x - drive_v) / (leak_v * grown + thermal_v)
        x -= step
        if abs(step) <= 1e-15 * max(1.0, abs(x)):
            break
    return x
