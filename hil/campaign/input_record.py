# SPDX-License-Identifier: Apache-2.0
"""What was measured of a receiver's input, as values; what follows from them of its resistance and reactance."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["InputLevel", "InputRecord", "Sure"]


@dataclass(frozen=True, slots=True)
class Sure:
    """A value, and what it may be off (k = 2)."""

    value: float
    unsure: float


@dataclass(frozen=True, slots=True)
class InputLevel:
    """One level at the terminals.

    Attributes:
        peak_v: there, at 50 kHz.
        real: of the voltage there over the one before the resistor.
        imaginary: likewise.
        gain_unsure: what the size of that may be off, as a fraction: two channels of a scope.
        phase_unsure: what its angle may be off, radians.
    """

    peak_v: float
    real: float
    imaginary: float
    gain_unsure: float
    phase_unsure: float


@dataclass(frozen=True, slots=True)
class InputRecord:
    """All levels, through one resistor.

    Attributes:
        series_ohm: of it.
        series_unsure: what it may be off, as a fraction.
        levels: the lowest first.
    """

    series_ohm: float
    series_unsure: float
    levels: Sequence[InputLevel]

    def conductance_s(self, level: InputLevel) -> Sure:
        """Siemens of what is in parallel: one over its resistance."""
        admittance, before = self._admittance(level)
        unsure = abs(before) * level.gain_unsure + abs(before.imag) * level.phase_unsure
        return Sure(admittance.real, unsure / self.series_ohm + abs(admittance.real) * self.series_unsure)

    def susceptance_s(self, level: InputLevel) -> Sure:
        """The same of its reactance: above 0 a capacity, below an inductance."""
        admittance, before = self._admittance(level)
        unsure = abs(before) * level.phase_unsure + abs(before.imag) * level.gain_unsure
        return Sure(admittance.imag, unsure / self.series_ohm + abs(admittance.imag) * self.series_unsure)

    def _admittance(self, level: InputLevel) -> tuple[complex, complex]:
        """Of the input, and the voltage before the resistor over the one behind it."""
        before = 1 / complex(level.real, level.imaginary)
        return (before - 1) / self.series_ohm, before
