# SPDX-License-Identifier: Apache-2.0
"""Charge: terminal A is fed, and the capacitor fills; the curve against that of ``xky power``."""

from math import inf

from ..charged import begin_off
from ..filling import charge_s, start_s, start_v
from ..measurement import Measurement, Quantity
from ..rig import Action, Reading, Rig
from ..twin import curve_of

__all__ = ["measure"]

_PATIENCE = 1.5  # times what it should take
_LEAST_S = 1e-6
_AHEAD = 1.2  # steps: where the next reading may be behind
_BENT = 0.05  # of a step, by which the curve is no straight line in it


def measure(rig: Rig) -> Measurement:
    """Feed terminal A, and read the capacitor until the board is about to come on, or as long as was asked for."""
    rig.prepare()
    first = begin_off(rig)
    asked_s, on_v = rig.settings.duration_s, start_v(rig.settings)
    usual_s = asked_s or charge_s(rig.settings, first.voltage_v, to_v=on_v)
    longest_s = asked_s or _PATIENCE * usual_s
    rig.tell(f"charging from {first.voltage_v:.3f} V, about {usual_s:.4g} s")
    fed = rig.feed(on=True)

    def is_near(reading: Reading) -> bool:
        """Whether the next one would be behind the moment at which it comes on, and draws."""
        step_v = reading.voltage_v - rig.readings[-2].voltage_v
        return asked_s is None and reading.voltage_v + _AHEAD * step_v >= on_v

    rig.read_until(fed.stamp.at_s + longest_s, usual_s / rig.settings.readings, is_near)
    curve = curve_of(rig)
    found = Measurement("charge", curve=curve)
    before, last = curve[-2:]
    slope = (last.voltage_v - before.voltage_v) / max(last.at_s - before.at_s, _LEAST_S)
    unsure_v = last.error_v + abs(last.unsure_s * slope)
    found.quantities.append(
        Quantity("charged_v", "voltage at the end", "V", last.voltage_v, unsure_v, last.predicted_v)
    )
    if asked_s is None:
        found.quantities.append(_start(rig, fed, slope, longest_s))
    return found


def _start(rig: Rig, fed: Action, slope: float, longest_s: float) -> Quantity:
    """When it comes on: one step ahead of the last reading, along its slope."""
    on_v, last = start_v(rig.settings), rig.readings[-1]
    title, predicted_s = (
        f"until it is at {on_v:.3g} V, where it comes on",
        start_s(rig.settings, rig.readings[0].voltage_v),
    )
    left_s = (on_v - last.voltage_v) / slope if slope > 0 else inf
    if left_s > 2 * (last.stamp.at_s - rig.readings[-2].stamp.at_s):
        note = f"it did not come to {on_v:.3g} V within {longest_s:.4g} s"
        return Quantity("start_s", title, "s", None, 0.0, predicted_s, note)
    at_s = last.stamp.at_s + left_s - fed.stamp.at_s
    unsure_s = rig.error_v(on_v) / slope + last.stamp.unsure_s + fed.stamp.unsure_s + _BENT * left_s
    return Quantity("start_s", title, "s", at_s, unsure_s, predicted_s)
