# SPDX-License-Identifier: Apache-2.0
"""What a test asks of the receiver's input as instruments measured it; near to a limit nothing is decided."""

from collections.abc import Sequence

from xky.protocol import Mode

from ..input_record import InputLevel, InputRecord
from ..verdict import PurposeFailed, Undecided
from .instrument_questions import InstrumentQuestions
from .view import Measure

__all__ = ["InputQuestions"]

_RESISTANCE_OHM = {Mode.STANDARD: (500.0, 2000.0), Mode.HISTORIC: (750.0, 5000.0)}  # 54E §5.3.4, 02E §1.3.3
_INDUCTIVE_OHM, _CAPACITIVE_OHM = 2_000.0, 10_000.0  # at the least, likewise
_HIGHEST_V, _REACHED = 5.0, 0.98


class InputQuestions(InstrumentQuestions):
    """Questions about the impedance of terminals I1-I2."""

    def the_input_has_the_impedance(self) -> None:
        """Resistance and reactance at 50 kHz are within their limits at each level."""
        found = self.record.input
        if found is None:
            if self.record.trials_cut_short or self.record.cut_short_s is not None:
                raise Undecided("not played: the run was cut short")
            raise self.why_untried()
        low_ohm, high_ohm = _RESISTANCE_OHM[self.record.mode]
        self.trail.sent.append(f"50 kHz through {found.series_ohm:g} Ω")
        self.trail.expected.append(
            f"{low_ohm:g} Ω to {high_ohm:g} Ω; a reactance over {_INDUCTIVE_OHM:g} Ω if inductive, "
            f"{_CAPACITIVE_OHM:g} Ω if capacitive"
        )
        unsure = [told for level in found.levels for told in self._of_level(found, level, low_ohm, high_ohm)]
        if unsure:
            raise Undecided(unsure[0])
        reached_v = found.levels[-1].peak_v
        if reached_v < _REACHED * _HIGHEST_V:
            raise Undecided(f"the generator reaches {reached_v:.2f} V peak at the terminals; {_HIGHEST_V:g} V is asked")

    def the_input_has_it_without_power(self) -> None:
        """The same of a device without power: somebody has to take that away, and measure anew."""
        if self.record.input is None:
            raise self.why_untried()
        raise Undecided("measured with the power that it had; somebody has to take that away and measure again")

    def _of_level(self, found: InputRecord, level: InputLevel, low_ohm: float, high_ohm: float) -> Sequence[str]:
        """What of a level is too near to a limit.

        Raises:
            PurposeFailed: something is beyond one.
        """
        conductance, susceptance = found.conductance_s(level), found.susceptance_s(level)
        at_ohm = 1 / conductance.value if conductance.value > 0 else float("inf")
        self.trail.seen.append(f"{level.peak_v:.2f} V peak: {at_ohm:.0f} Ω, {1e6 * susceptance.value:+.1f} µS beside")
        self.trail.measured.append(Measure(f"resistance at {level.peak_v:.1f} V", at_ohm, low_ohm, "Ω", at_least=True))
        told = f"{at_ohm:.0f} Ω at {level.peak_v:.2f} V peak; {low_ohm:g} Ω to {high_ohm:g} Ω allowed"
        least_s, most_s = conductance.value - conductance.unsure, conductance.value + conductance.unsure
        if least_s > 1 / low_ohm or most_s < 1 / high_ohm:
            raise PurposeFailed(told)
        limit_s = 1 / (_CAPACITIVE_OHM if susceptance.value > 0 else _INDUCTIVE_OHM)
        kind = "capacitive" if susceptance.value > 0 else "inductive"
        beside = (
            f"{1e6 * abs(susceptance.value):.1f} µS {kind} at {level.peak_v:.2f} V peak; {1e6 * limit_s:g} µS allowed"
        )
        if abs(susceptance.value) - susceptance.unsure > limit_s:
            raise PurposeFailed(beside)
        unsure = [f"{told}: within the uncertainty"] if most_s >= 1 / low_ohm or least_s <= 1 / high_ohm else []
        if abs(susceptance.value) + susceptance.unsure >= limit_s:
            unsure.append(f"{beside}: within the uncertainty")
        return unsure
