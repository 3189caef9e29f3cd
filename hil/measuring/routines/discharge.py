# SPDX-License-Identifier: Apache-2.0
"""Discharge: terminal A gives nothing, a load draws a known current; capacitance and ESR show."""

from ..charged import begin_off, charge_up
from ..filling import start_v, step_s
from ..measurement import Measurement, Quantity
from ..rig import Rig
from ..twin import curve_of

__all__ = ["measure"]

_NEARLY = 0.95  # of where it comes on: what it would draw is nothing that is known between two readings
_DEEP = 0.4  # of the voltage at the beginning
_PATIENCE = 1.5  # times what it should take
_SETTLED_S = 0.2  # behind the step of the load


def measure(rig: Rig) -> Measurement:
    """Charge to where the board is still off, cut, draw, and read until two fifths of the voltage are left."""
    rig.prepare()
    begin_off(rig)
    charge_up(rig, to_v=_NEARLY * start_v(rig.settings))
    rig.feed(on=False)
    rig.time.wait(_SETTLED_S)
    before = rig.read()
    end_v = _DEEP * before.voltage_v
    longest_s = rig.settings.duration_s or _PATIENCE * step_s(rig.settings, before.voltage_v - end_v)
    rig.tell(
        f"draining {1e3 * rig.settings.load_a:.3g} mA from {before.voltage_v:.3f} V, {longest_s:.4g} s at the most"
    )
    drained = rig.drain(on=True)
    begins = len(rig.readings)
    rig.read_until(
        drained.stamp.at_s + longest_s, longest_s / rig.settings.readings, lambda one: one.voltage_v <= end_v
    )
    curve = curve_of(rig)
    found = Measurement("discharge", curve=curve)
    first, last = curve[begins], curve[-1]
    fallen_v = first.voltage_v - last.voltage_v
    rows = list(zip(curve[begins:-1], curve[begins + 1 :], strict=True))
    charge_as = sum(before.load_a * (after.at_s - before.at_s) for before, after in rows)
    if fallen_v > 0 and charge_as > 0:
        unsure = (first.error_v + last.error_v) / fallen_v + (first.unsure_s + last.unsure_s) / (last.at_s - first.at_s)
        seen_f = charge_as / fallen_v
        assert rig.settings.board.power is not None and rig.settings.board.power.capacitor is not None
        nominal_f = rig.settings.board.power.capacitor.capacitance_f
        seen_load = any(one.board_a is not None for one in rig.readings)
        found.quantities.append(
            Quantity(
                "capacitance_f",
                "charge drawn over voltage fallen",
                "F",
                seen_f,
                seen_f * (unsure + _LOAD_ERROR),
                nominal_f,
                "" if seen_load else "what the board takes was not seen: no analyser",
            )
        )
    return found


_LOAD_ERROR = 0.01  # of a current between two readings, of load and analyser: assumption
