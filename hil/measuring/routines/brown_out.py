# SPDX-License-Identifier: Apache-2.0
"""Brown-out: terminal A gives nothing, a load drains the capacitor, and the board's current tells when it is lost."""

from ..charged import begin_off, charge_up, drain_until_off
from ..filling import runs_from_a
from ..instants import predicted_fall, seen_fall
from ..measurement import Measurement
from ..rig import Rig
from ..twin import curve_of

__all__ = ["measure"]


def measure(rig: Rig) -> Measurement:
    """Charge until the board runs, drain it, and find the voltage at which it stops."""
    rig.need_analyser()
    least_a = runs_from_a(rig.settings)
    rig.prepare()
    begin_off(rig)
    charge_up(rig)
    fell = drain_until_off(rig, least_a)
    curve = curve_of(rig)
    found = Measurement("brown-out", curve=curve)
    found.quantities.append(seen_fall(rig, fell, predicted_fall(rig)))
    return found
