# SPDX-License-Identifier: Apache-2.0
"""The electrical state of a moment: what a draw makes of voltage and current. Computed once a change."""

from .load import Draw

__all__ = ["Power"]

SOURCE_V, LOOP_OHM = 232.0, 0.25  # grid before the meter: assumption; gives 222 V at 40 A


class Power:
    """Powers, voltages and currents of a moment.

    Attributes:
        net_w: active power of all phases, negative when injected.
        reactive_var: of all phases.
        phase_va: apparent power by phase, negative when injected.
        signed_va: size of their sum, negative when ``net_w`` is (54E §6.2.3.9).
        voltages_v: rms by phase, after the drop in the loop; an absent phase has none.
        currents_a: rms by phase.
        quadrant: of active and reactive power, 1 to 4; 1 is drawn and inductive.
    """

    def __init__(self, draw: Draw, absent_phases: frozenset[int] = frozenset()) -> None:
        if absent_phases:
            draw = draw.without(absent_phases)
        self.net_w = sum(draw.active_w)
        self.reactive_var = sum(draw.reactive_var)
        self.phase_va = draw.phase_apparent_va
        self.signed_va = abs(sum(self.phase_va)) * (1 if self.net_w >= 0 else -1)
        self.voltages_v = tuple(
            0.0 if number in absent_phases else SOURCE_V - LOOP_OHM * apparent / SOURCE_V
            for number, apparent in enumerate(self.phase_va, 1)
        )
        self.currents_a = tuple(
            abs(apparent) / volts if volts else 0.0
            for apparent, volts in zip(self.phase_va, self.voltages_v, strict=True)
        )
        inductive = self.reactive_var >= 0
        self.quadrant = (1 if inductive else 4) if self.net_w >= 0 else (2 if inductive else 3)

    def phases_over(self, setting_a: int) -> frozenset[int]:
        """Phases that draw more than the setting."""
        return frozenset(
            number
            for number, (va, amps) in enumerate(zip(self.phase_va, self.currents_a, strict=True), 1)
            if va > 0 and round(amps) > setting_a  # as IINST shows it
        )
