# SPDX-License-Identifier: Apache-2.0
"""When and at which voltage a board stops and comes back: as it was seen, and as ``xky power`` says."""

from .measurement import Quantity
from .rig import Action, Reading, Rig
from .twin import Twin

__all__ = ["predicted_fall", "predicted_return_s", "seen_fall"]

_FINE_S = 0.02
_STEPS = 50_000


def seen_fall(rig: Rig, fell: tuple[Reading, Reading] | None, predicted_v: float | None) -> Quantity:
    """The voltage at which it stopped: between two readings.

    Args:
        rig: that read it.
        fell: the last reading while it ran, the first one when it did not.
        predicted_v: of the same.
    """
    title = "voltage at the capacitor where it stops"
    if fell is None:
        return Quantity("brown_out_v", title, "V", None, 0.0, predicted_v, "it was not seen to stop")
    high_v, low_v = fell[0].voltage_v, fell[1].voltage_v
    middle_v = (high_v + low_v) / 2
    return Quantity("brown_out_v", title, "V", middle_v, abs(high_v - low_v) / 2 + rig.error_v(middle_v), predicted_v)


def predicted_fall(rig: Rig) -> float | None:
    """The voltage at which the simulated board stops under the same actions; None if it does not."""
    ran, before_v = False, 0.0
    for one in Twin(rig).readings():
        if ran and not one.is_on:
            return (before_v + one.voltage_v) / 2
        ran |= one.is_on
        before_v = one.voltage_v
    return None


def predicted_return_s(rig: Rig, fed: Action, longest_s: float) -> float | None:
    """How long the simulated board takes to run from when it is fed; None if it does not.

    Args:
        rig: whose actions it lives through.
        fed: terminal A again.
        longest_s: that is waited for.
    """
    twin, fed_s = Twin(rig), fed.stamp.at_s
    for _ in twin.readings(until=fed):
        pass
    if twin.runs_after(fed_s):
        return None  # it never stopped
    step_s = max(_FINE_S, longest_s / _STEPS)
    return next((step * step_s for step in range(1, _STEPS) if twin.runs_after(fed_s + step * step_s)), None)
