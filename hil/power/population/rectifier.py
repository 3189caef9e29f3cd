# SPDX-License-Identifier: Apache-2.0
"""What the rectifiers of a population deliver on the average: ``boards/power/rectifier.py`` over arrays.

A curve is kept over s, where the output's voltage is ``high - width·s²``: near the peak the current goes with a
power of 3/2 of what is missing to it, and that is smooth over s.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xky.boards.power.curve import gauss

from .population import Array

__all__ = ["Diodes", "RectifierCurves", "mean_current"]

_NODES = gauss(28)  # ten digits of the current, which a table between them does not give
_FAINT = -20.0  # ln(1 + i/IS) below which a diode carries -IS, to nine digits
_NEWTON_STEPS = 60
_GONE = 30.0  # thermal voltages behind which a blocked diode leaks IS, to thirteen digits
_KNEE_CELLS, _CELLS = 192, 24  # of a curve that ends at the peak, and of one that ends well below


@dataclass(frozen=True, slots=True)
class Diodes:
    """The diodes of many rectifiers of one kind, one element each.

    Attributes:
        halves: 1 for a bridge, 2 for a doubler; each half sees its share of the output.
        drop_v: of all diodes in a path, where they are taken as constant; None where the equation holds.
        thermal_v: N·kT/q of all diodes in a path.
        saturation_a: IS.
    """

    halves: int
    drop_v: Array | None
    thermal_v: Array
    saturation_a: Array

    def take(self, which: NDArray[np.intp]) -> "Diodes":
        """Some of them."""
        drop_v = None if self.drop_v is None else self.drop_v[which]
        return Diodes(self.halves, drop_v, self.thermal_v[which], self.saturation_a[which])


def mean_current(diodes: Diodes, output_v: Array, *, peak_v: Array, loop_ohm: Array) -> tuple[Array, Array]:
    """Mean current into the output in amperes, and its slope with the output's voltage in siemens.

    Args:
        diodes: of n rectifiers.
        output_v: behind them, n or (k, n).
        peak_v: open circuit, of the sine; over 0.
        loop_ohm: all resistance of the loop.
    """
    half_v = output_v / diodes.halves
    if diodes.drop_v is None:
        current_a, slope_s = _with_equation(diodes, half_v, peak_v, loop_ohm)
    else:
        current_a, slope_s = _with_constant_drop(half_v + diodes.drop_v, peak_v, loop_ohm)
    return current_a / diodes.halves, slope_s / diodes.halves**2


def _with_constant_drop(loss_v: Array, peak_v: Array, loop_ohm: Array) -> tuple[Array, Array]:
    ratio = np.clip(loss_v / peak_v, -1.0, 1.0)
    start = np.arcsin(ratio)
    angle = np.pi / 2 - start
    scale = 2 / np.pi / loop_ohm
    conducts = loss_v < peak_v
    current_a = scale * (peak_v * np.cos(start) - loss_v * angle)
    return np.where(conducts, current_a, 0.0), np.where(conducts, -scale * angle, 0.0)


def _with_equation(diodes: Diodes, output_v: Array, peak_v: Array, loop_ohm: Array) -> tuple[Array, Array]:
    thermal_v, saturation_a = diodes.thermal_v, diodes.saturation_a
    loop_v = loop_ohm * saturation_a
    blocked_v = np.maximum(output_v, 0.0)
    leak_a = saturation_a * np.expm1(-blocked_v / thermal_v)  # of the pair that is blocked
    bottom = np.maximum(_top(-output_v, thermal_v, loop_v), _FAINT)
    top = _top(peak_v - output_v, thermal_v, loop_v)
    span = np.sqrt(np.maximum(top - bottom, 0.0))
    carried = saturation_a * np.exp(top)
    mean_a, slope_s = np.zeros_like(span), np.zeros_like(span)
    for node, weight in _NODES:
        s = node * span
        squared = s * s
        falls = np.expm1(-squared)
        grown_a = carried * (falls + 1.0)  # i + IS
        grown_v = loop_ohm * grown_a
        per_x = grown_v + thermal_v
        below_peak_v = thermal_v * squared - loop_ohm * carried * falls
        # 0/0 only where no diode carries anything: span is 0 there, and so is the part
        angle = (2 * weight) * span * s / np.sqrt(np.maximum(below_peak_v * (2 * peak_v - below_peak_v), 1e-300))
        part = angle * grown_a
        mean_a += (part - angle * saturation_a) * per_x
        slope_s -= part
    faint_v = output_v + loop_v * np.expm1(bottom) + thermal_v * bottom
    early = np.where(faint_v > 0, np.arcsin(np.clip(faint_v / peak_v, 0.0, 1.0)), 0.0)
    current_a = 2 / np.pi * (mean_a + early * saturation_a * np.expm1(bottom)) + leak_a
    slope_s = 2 / np.pi * slope_s - saturation_a / thermal_v * np.exp(-blocked_v / thermal_v)
    idle = span == 0.0
    if idle.any():
        current_a, slope_s = np.where(idle, leak_a - saturation_a, current_a), np.where(idle, 0.0, slope_s)
    return current_a, slope_s


def _top(drive_v: Array, thermal_v: Array, leak_v: Array) -> Array:
    """x at which ``leak_v``·(e^x - 1) + ``thermal_v``·x is ``drive_v``; Newton from above never oversteps."""
    x = (drive_v + leak_v) / thermal_v
    driven = np.maximum(drive_v, 0.0)
    x = np.where(drive_v > 0, np.minimum(driven / thermal_v, np.log1p(driven / leak_v)), x)
    for _ in range(_NEWTON_STEPS):
        grown_v = leak_v * np.exp(x)
        step = (grown_v - leak_v + thermal_v * x - drive_v) / (grown_v + thermal_v)
        x -= step
        if np.all(np.abs(step) <= 1e-13 * np.maximum(1.0, np.abs(x))):
            break
    return x


class RectifierCurves:
    """The mean currents of n rectifiers over the voltage behind each.

    Args:
        diodes: of n rectifiers.
        peak_v: open circuit, of the sines.
        loop_ohm: of each loop.
        low_v: least voltage behind it that is asked for.
        high_v: largest; beyond it, and beyond the peak, the current stays what it is there.
    """

    def __init__(self, diodes: Diodes, *, peak_v: Array, loop_ohm: Array, low_v: Array, high_v: Array) -> None:
        edge_v = diodes.halves * (peak_v if diodes.drop_v is None else peak_v - diodes.drop_v)
        high_v = np.maximum(np.minimum(high_v, edge_v), low_v + 1e-3)
        cells = _KNEE_CELLS if bool(np.any(high_v > 0.9 * edge_v)) else _CELLS
        drop_v = np.zeros_like(peak_v) if diodes.drop_v is None else diodes.drop_v
        rows = np.stack([diodes.thermal_v, diodes.saturation_a, drop_v, peak_v, loop_ohm, low_v, high_v])
        _, which, place = np.unique(rows, axis=1, return_index=True, return_inverse=True)  # a sweep has few
        kept, high, low = diodes.take(which), high_v[which], low_v[which]
        s = np.linspace(0.0, 1.0, cells + 1)[:, None]
        width_v = high - low
        output_v = high - width_v * s * s
        value_a, slope_s = mean_current(kept, output_v, peak_v=peak_v[which], loop_ohm=loop_ohm[which])
        self._leak_a = np.zeros_like(peak_v) if diodes.drop_v is not None else diodes.saturation_a / diodes.halves
        self._fades_v = diodes.halves * diodes.thermal_v
        faded_a = self._leak_a[which] * np.exp(-np.maximum(output_v, 0.0) / self._fades_v[which])
        value_a, slope_s = value_a - faded_a, slope_s + faded_a / self._fades_v[which]  # too steep for a table
        rise = -2 * width_v * s * slope_s / cells  # with the number of the cell
        chord = np.diff(value_a, axis=0)
        self._cubic = np.stack(  # of each cell, from its lower s on
            [value_a[:-1], rise[:-1], 3 * chord - 2 * rise[:-1] - rise[1:], rise[:-1] + rise[1:] - 2 * chord], axis=-1
        )
        self._cubic = np.ascontiguousarray(self._cubic.swapaxes(0, 1)).reshape(-1, 4)
        self._first = place.reshape(-1) * cells
        self._high_v, self._per_v = high_v, cells * cells / (high_v - low_v)
        self._cells = cells

    def take(self, which: NDArray[np.intp]) -> "RectifierCurves":
        """Those of some rectifiers."""
        some = object.__new__(RectifierCurves)
        some._cubic, some._cells = self._cubic, self._cells
        some._first, some._high_v, some._per_v = self._first[which], self._high_v[which], self._per_v[which]
        some._leak_a, some._fades_v = self._leak_a[which], self._fades_v[which]
        return some

    def __call__(self, output_v: Array) -> Array:
        """Mean currents."""
        cubic, along, _ = self._look_up(output_v)
        found: Array = cubic[..., 0] + along * (cubic[..., 1] + along * (cubic[..., 2] + along * cubic[..., 3]))
        faded_a = self._faded(output_v)
        return found if faded_a is None else found + faded_a

    def with_slope(self, output_v: Array) -> tuple[Array, Array]:
        """Mean currents and their slopes, siemens."""
        cubic, along, place = self._look_up(output_v)
        value_a = cubic[..., 0] + along * (cubic[..., 1] + along * (cubic[..., 2] + along * cubic[..., 3]))
        rise = cubic[..., 1] + along * (2 * cubic[..., 2] + along * (3 * cubic[..., 3]))
        slope_s = np.where(place > 0, -0.5 * rise * self._per_v / np.maximum(place, 1e-9), 0.0)
        faded_a = self._faded(output_v)
        return (value_a, slope_s) if faded_a is None else (value_a + faded_a, slope_s - faded_a / self._fades_v)

    def _faded(self, output_v: Array) -> Array | None:
        """What a diode blocked by next to nothing leaks less than IS; None where all are well blocked."""
        blocked = np.maximum(output_v, 0.0) / self._fades_v
        return None if blocked.min(initial=_GONE) >= _GONE else self._leak_a * np.exp(-blocked)

    def _look_up(self, output_v: Array) -> tuple[Array, Array, Array]:
        place = np.sqrt(np.maximum((self._high_v - output_v) * self._per_v, 0.0))
        cell = np.minimum(place.astype(np.intp), self._cells - 1)
        return self._cubic.take(self._first + cell, axis=0, mode="clip"), place - cell, place  # clip: it need not look
