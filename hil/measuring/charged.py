# SPDX-License-Identifier: Apache-2.0
"""What routines begin with: a board that is off, a capacitor that is full enough, then one that is drained."""

from ..instruments.roles import Load
from .filling import charge_s, start_v, step_s, surely_off_v
from .rig import Reading, Rig

__all__ = ["begin_off", "charge_up", "drain_until_off"]

_ABOVE_V = 0.3  # over where it comes on: enough that it is on
_CHARGE_READINGS = 50
_STEP_V = 0.004  # from reading to reading
_COARSE_V = 0.05
_LEAST_S = 0.02
_PATIENCE = 3.0  # times what it should take


def begin_off(rig: Rig) -> Reading:
    """Begin with a board in reset, so that what it does next is known: one that may run is drained before.

    Returns:
        The first reading of the curve.
    """
    first, off_v = rig.begin(), surely_off_v(rig.settings)
    if first.voltage_v < off_v:
        return first
    if rig.may_have(Load) is None:
        rig.remarks.append(
            f"it may have run at the beginning ({first.voltage_v:.3f} V), and no load was there to drain it: where in "
            "its sleep it was is not known, and the prediction begins with a wake"
        )
        return first
    longest_s = _PATIENCE * step_s(rig.settings, first.voltage_v)
    rig.tell(
        f"draining it from {first.voltage_v:.3f} V to {off_v:.3g} V, so that it is off, {longest_s:.4g} s at the most"
    )
    drained = rig.drain(on=True)
    fell = rig.read_until(
        drained.stamp.at_s + longest_s, step_s(rig.settings, _COARSE_V), lambda reading: reading.voltage_v < off_v
    )
    rig.drain(on=False)
    if not fell:
        rig.remarks.append(f"it was not drained to {off_v:.3g} V in time: what it did at the beginning is not known")
    return rig.begin()


def charge_up(rig: Rig, *, to_v: float | None = None) -> None:
    """Feed terminal A until the capacitor is at a voltage, or all but full; 0.3 V over where the board comes on."""
    first = rig.readings[-1]
    target_v = start_v(rig.settings) + _ABOVE_V if to_v is None else to_v
    duration_s = charge_s(rig.settings, first.voltage_v)
    rig.tell(f"charging from {first.voltage_v:.3f} V to {target_v:.3g} V, {duration_s:.4g} s at the most")
    fed = rig.feed(on=True)
    if first.voltage_v < target_v:
        rig.read_until(
            fed.stamp.at_s + duration_s, duration_s / _CHARGE_READINGS, lambda reading: reading.voltage_v >= target_v
        )


def drain_until_off(rig: Rig, runs_from_a: float) -> tuple[Reading, Reading] | None:
    """Feed nothing and drain it until the board's current is that of reset.

    Returns:
        The last reading while it ran and the first one when it did not; None if that was not seen in time.
    """
    settings = rig.settings
    rig.feed(on=False)
    drained = rig.drain(on=True)
    from_v = rig.read().voltage_v
    longest_s = settings.duration_s or _PATIENCE * step_s(settings, max(from_v, 0.1))
    rig.tell(f"draining {1e3 * settings.load_a:.3g} mA from {from_v:.3f} V, {longest_s:.4g} s at the most")
    ran = [False]

    def is_off(reading: Reading) -> bool:
        runs = reading.board_a is not None and reading.board_a >= runs_from_a
        ran[0] |= runs
        return ran[0] and not runs

    interval_s = max(step_s(settings, _STEP_V), _LEAST_S)
    if not rig.read_until(drained.stamp.at_s + longest_s, interval_s, is_off):
        return None
    return rig.readings[-2], rig.readings[-1]
