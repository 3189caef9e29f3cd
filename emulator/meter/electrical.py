# SPDX-License-Identifier: Apache-2.0
"""The electrical state of a moment: what a draw makes of voltage and current. Computed once a change."""

from dataclasses import dataclass

from ..load import Draw

__all__ = ["ElectricalState", "Grid"]

OVERVOLTAGE_V = 253.0  # 230 V + 10 % (EN 50160); that STGE bit 6 means this limit is an assumption


@dataclass(frozen=True, slots=True)
class Grid:
    """The network before the meter.

    Attributes:
        source_v: rms without load, by phase; 232 V is an assumption.
        loop_ohm: of each phase; 0.25 is an assumption, it gives 222 V at 40 A.
    """

    source_v: tuple[float, ...] = (232.0, 232.0, 232.0)
    loop_ohm: float = 0.25


class ElectricalState:
    """Powers, voltages and currents of a moment.

    Attributes:
        net_mw: active power of all phases, negative when injected.
        reactive_mvar: of all phases.
        phase_mva: apparent power by phase, negative when injected.
        signed_va: size of their sum, rounded, negative when ``net_mw`` is (54E §6.2.3.9).
        drawn_va, injected_va: the same, as the demand filters see it, not rounded.
        voltages_v: rms by phase, after the drop in the loop; an absent phase has none.
        currents_a: rms by phase.
        quadrant: of active and reactive power, 1 to 4; 1 is drawn and inductive.
    """

    def __init__(self, draw: Draw, absent_phases: frozenset[int] = frozenset(), grid: Grid | None = None) -> None:
        grid = grid or Grid()
        if absent_phases:
            draw = draw.without(absent_phases)
        self.draw = draw
        self.net_mw = sum(draw.active_mw)
        self.reactive_mvar = sum(draw.reactive_mvar)
        self.phase_mva = draw.phase_apparent_mva
        size_mva = abs(sum(self.phase_mva))
        drawn = self.net_mw >= 0
        self.drawn_va, self.injected_va = (size_mva / 1000, 0.0) if drawn else (0.0, size_mva / 1000)
        self.signed_va = round(self.drawn_va) if drawn else -round(self.injected_va)
        self.voltages_v = tuple(
            0.0 if number in absent_phases else max(0.0, grid.source_v[number - 1] - _drop_v(mva, number, grid))
            for number, mva in enumerate(self.phase_mva, 1)
        )
        self.currents_a = tuple(
            abs(mva) / 1000 / volts if volts else 0.0
            for mva, volts in zip(self.phase_mva, self.voltages_v, strict=True)
        )
        inductive = self.reactive_mvar >= 0
        self.quadrant = (1 if inductive else 4) if drawn else (2 if inductive else 3)

    @property
    def overvoltage(self) -> bool:
        """Whether a phase lies over the limit."""
        return max(self.voltages_v) > OVERVOLTAGE_V

    def phases_over(self, setting_a: int) -> frozenset[int]:
        """Phases that draw more than the setting."""
        return frozenset(
            number
            for number, (mva, amps) in enumerate(zip(self.phase_mva, self.currents_a, strict=True), 1)
            if mva > 0 and round(amps) > setting_a  # as IINST shows it
        )


def _drop_v(mva: int, number: int, grid: Grid) -> float:
    return grid.loop_ohm * mva / 1000 / grid.source_v[number - 1]
