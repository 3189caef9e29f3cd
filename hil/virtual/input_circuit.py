# SPDX-License-Identifier: Apache-2.0
"""The receiver's input of a virtual board behind the resistor through which a generator drives it."""

from dataclasses import dataclass
from math import pi
from typing import Any

__all__ = ["SOURCE_OHM", "InputCircuit"]

SOURCE_OHM = 50.0  # of the generator itself


@dataclass(frozen=True, slots=True)
class InputCircuit:
    """A resistance and a capacity, in parallel, and what reads the voltage at them.

    Attributes:
        resistance_ohm: of the input.
        capacitance_f: beside it.
        series_ohm: of the resistor before it.
        threshold_v: peak of the carrier from which on it is a 0; None: in the middle of what a receiver must tell
            apart.
        quality: of a filter at 50 kHz before that; 0: none.
        needs_s: for how long a bit has to be all but at a level that must be read, to be read; 0: it follows at once.
        counts_crossings: whether it takes for a carrier only what crosses 0 V twice a period.
    """

    resistance_ohm: float = 1200.0  # both modes allow it; assumption
    capacitance_f: float = 100e-12  # assumption
    series_ohm: float = 470.0
    threshold_v: float | None = None
    quality: float = 0.0
    needs_s: float = 0.0
    counts_crossings: bool = False

    def share(self, frequency_hz: Any, *, before: bool) -> Any:
        """What of a generator's open voltage stands at the terminals, or before the resistor.

        Args:
            frequency_hz: one, or an array of them.
            before: at the resistor's other end.
        """
        input_ohm = 1 / (1 / self.resistance_ohm + 2j * pi * frequency_hz * self.capacitance_f)
        seen_ohm = input_ohm + self.series_ohm if before else input_ohm
        return seen_ohm / (SOURCE_OHM + self.series_ohm + input_ohm)
