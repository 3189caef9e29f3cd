# SPDX-License-Identifier: Apache-2.0
"""Restart: after a brown-out terminal A is fed again; how long the board takes to come back."""

from ..charged import begin_off, charge_up, drain_until_off
from ..filling import charge_s, runs_from_a
from ..instants import predicted_fall, predicted_return_s, seen_fall
from ..measurement import Measurement, Quantity
from ..rig import Rig
from ..twin import curve_of

__all__ = ["measure"]

_PATIENCE = 3.0  # times what a charge should take
_LEAST_S = 30.0


def measure(rig: Rig) -> Measurement:
    """Charge, drain until the board stops, feed it again, and wait until its current comes back."""
    rig.need_analyser()
    least_a = runs_from_a(rig.settings)
    rig.prepare()
    begin_off(rig)
    charge_up(rig)
    fell = drain_until_off(rig, least_a)
    rig.drain(on=False)
    fed = rig.feed(on=True)
    from_v = rig.read().voltage_v
    longest_s = max(_PATIENCE * charge_s(rig.settings, from_v), _LEAST_S)
    interval_s = longest_s / (rig.settings.readings * _PATIENCE)
    rig.tell(f"feeding again at {from_v:.3f} V, {longest_s:.4g} s at the most")
    came = rig.read_until(
        fed.stamp.at_s + longest_s, interval_s, lambda one: one.board_a is not None and one.board_a >= least_a
    )
    curve = curve_of(rig)
    found = Measurement("restart", curve=curve)
    found.quantities.append(seen_fall(rig, fell, predicted_fall(rig)))
    predicted_s = predicted_return_s(rig, fed, longest_s)
    if came:
        last, before = rig.readings[-1].stamp, rig.readings[-2].stamp
        at_s = (last.at_s + before.at_s) / 2 - fed.stamp.at_s
        unsure_s = (last.at_s - before.at_s) / 2 + last.unsure_s + fed.stamp.unsure_s
        found.quantities.append(Quantity("restart_s", "until it runs again", "s", at_s, unsure_s, predicted_s))
    else:
        found.quantities.append(
            Quantity(
                "restart_s",
                "until it runs again",
                "s",
                None,
                0.0,
                predicted_s,
                f"it did not run again within {longest_s:.4g} s",
            )
        )
    return found
