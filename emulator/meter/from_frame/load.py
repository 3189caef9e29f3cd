# SPDX-License-Identifier: Apache-2.0
"""From a frame to what is drawn, and to the source behind the voltages."""

from math import sqrt

from xky.protocol import InputError

from ...load import Draw
from ..electrical import Grid
from .frame_values import FrameValues

__all__ = ["load_of"]

_LOOP_OHM = Grid().loop_ohm


def load_of(said: FrameValues) -> tuple[Draw, Grid, list[int] | None]:
    """What is drawn and behind which source; and the currents shown, where the powers do not explain them."""
    amps = said.by_phase("IINST" if said.historic else "IRMS")
    if said.historic:
        volts = [230.0] * said.phases
        powers = _powers_of_currents(said.number("PAPP"), amps, volts, said)
    else:
        volts = [float(v) for v in said.by_phase("URMS")]
        powers = _powers(said, amps, volts)
    explained = []
    for place, (va, volt, shown) in enumerate(zip(powers, volts, amps, strict=True)):
        if place + 1 in said.absent_phases:
            explained.append(shown == 0)
            continue
        if not volt:
            raise InputError(f"from_frame: URMS{place + 1} tells no voltage; give a frame of a meter that has one")
        spread = 23.0 if said.historic else 0.45
        tried = (volt + sign * step * spread / 40 for step in range(41) for sign in (1, -1))
        fitting = next((v for v in tried if v > 0 and round(abs(va) / v) == shown), None)
        explained.append(fitting is not None)
        volts[place] = fitting if fitting is not None else volt
    sources = tuple(map(_source_v, volts, powers))
    draw = Draw.of(*powers)
    grid = Grid((*sources, *(232.0,) * (3 - len(sources))), _LOOP_OHM)
    return draw, grid, None if all(explained) else amps


def _source_v(volt: float, va: float) -> float:
    """What stands behind the grid's loop; of a phase that is lost what will when it comes back."""
    if not volt:
        return Grid().source_v[0]
    square = volt * volt + 4 * _LOOP_OHM * va
    if square < 0:
        raise InputError(f"from_frame: {-va:g} VA injected at {volt:g} V are more than the grid takes")
    return (volt + sqrt(square)) / 2


def _powers_of_currents(total: int, amps: list[int], volts: list[float], said: FrameValues) -> list[float]:
    """Powers by phase that sum up to a total and fit the currents."""
    if len(amps) == 1:
        return [float(total)]
    for volt in (230.0, *(230.0 + sign * step for step in range(1, 24) for sign in (1, -1))):
        low = [max(0.0, (a - 0.49) * volt) for a in amps]
        high = [0.0 if n in said.absent_phases else (a + 0.49) * volt for n, a in enumerate(amps, 1)]
        if sum(low) <= total <= sum(high):
            volts[:] = [volt] * len(amps)
            share = (total - sum(low)) / (sum(high) - sum(low))
            return [lo + share * (hi - lo) for lo, hi in zip(low, high, strict=True)]
    return [total / len(amps)] * len(amps)


def _powers(said: FrameValues, amps: list[int], volts: list[float]) -> list[float]:
    """Apparent powers by phase of a standard frame, injected ones negative."""
    net = said.number("SINSTS") - said.number("SINSTI")
    unseen = net == 0 and said.status.injecting  # a consumer does not say how much it injects
    if len(amps) == 1:
        return [-max(amps[0] * volts[0], 1.0) if unseen else float(net)]
    drawn = [float(va) for va in said.by_phase("SINSTS")]
    used = [n for n, va in enumerate(drawn) if va > 0]
    missing = sum(drawn) - net
    injecting = [n for n, va in enumerate(drawn) if va == 0 and (amps[n] > 0 or unseen or missing > len(used) / 2)]
    if not injecting:  # each figure is rounded by itself
        for n in used:
            drawn[n] -= max(-0.45, min(0.45, missing / len(used)))
        return drawn
    low = {n: max(0.0, (amps[n] - 0.49) * volts[n]) for n in injecting}
    high = {n: (amps[n] + 0.49) * volts[n] for n in injecting}
    if unseen:
        missing = max(missing + 1.0, sum(low.values()))
    spread = sum(high.values()) - sum(low.values())
    share = (missing - sum(low.values())) / spread if spread else 0.0  # of phases without a voltage
    for n in injecting:
        drawn[n] = -(low[n] + min(max(share, 0.0), 1.0) * (high[n] - low[n]))
    return drawn
