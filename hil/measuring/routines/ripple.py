# SPDX-License-Identifier: Apache-2.0
"""Ripple: what stands on terminal A while the board draws, and how even the carrier's envelope is."""

from ...instruments.roles import Supply
from ...instruments.roles.scope import FEED
from ..line_analysis import facts_of
from ..line_record import line_record, record_of
from ..measurement import Measurement, Quantity, judged
from ..rig import Rig
from .carrier import RIPPLE_MOST

__all__ = ["measure"]

_SHOWN = 1000  # samples in the picture: ten periods
_SETTLES_S = 1.0
_POINTS, _INTERVAL_S = 100_000, 2e-7  # a hundred samples a period of the carrier
_RMS_MOST_V = 13.0  # without load, 54E §4; with one it is less
_PEAK_MOST_V = 12.0  # 54E table 1, of a meter that is loaded
_LOADED_A = 0.0217  # 130 mW at 6 V: from here on the board is as much of a load as that


def measure(rig: Rig) -> Measurement:
    """Feed terminal A, record it and the line."""
    scope, supply = rig.scope, rig.need(Supply)
    rig.prepare()
    rig.feed(on=True)
    rig.time.wait(_SETTLES_S)
    drawn_a = supply.reading().current_a
    rig.tell("recording I1-A and I1-I2")
    record = record_of(rig, FEED, _POINTS, _INTERVAL_S)
    whole = record.voltage_v[: len(record.voltage_v) // 100 * 100].astype(float)
    rms_v, peak_v = float((whole**2).mean() ** 0.5), float(abs(whole).max())
    found = Measurement("ripple", shown=(record.voltage_v[:_SHOWN].tolist(), record.interval_s))
    unsure_v = scope.gain_error * rms_v + record.step_v
    found.quantities += [
        Quantity("terminal_rms_v", "I1-A", "V rms", rms_v, unsure_v),
        Quantity("terminal_peak_v", "I1-A, peak", "V", peak_v, scope.gain_error * peak_v + 2 * record.step_v),
        Quantity("drawn_a", "that the supply gives", "A", drawn_a),
    ]
    found.limits.append(judged("I1-A, V rms", "54E §4", "V", rms_v, unsure_v, most=_RMS_MOST_V))
    if drawn_a >= _LOADED_A:
        found.limits.append(
            judged(
                "I1-A, peak while it is loaded",
                "54E table 1",
                "V",
                peak_v,
                scope.gain_error * peak_v + 2 * record.step_v,
                most=_PEAK_MOST_V,
            )
        )
    else:
        found.remarks.append(
            f"the supply gives {1e3 * drawn_a:.3g} mA, less than the 21.7 mA of 130 mW at 6 V: its peak is not judged"
        )
    line = line_record(rig)
    ripple = facts_of(line.voltage_v, line.interval_s, rig.settings.mode).ripple
    found.limits.append(
        judged(
            "ripple of the envelope in a 0",
            "54E §5.3.2, 02E §1.3.2",
            "",
            ripple.value,
            ripple.uncertainty,
            most=RIPPLE_MOST,
        )
    )
    return found
