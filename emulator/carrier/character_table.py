# SPDX-License-Identifier: Apache-2.0
"""Envelopes of characters as constants: those of a sound burst are laid one behind the other.

A character begins between two samples, and after some characters (twelve of standard mode at 1 MS/s) on one
again. So there is a row for each code and each of these places. Since a ramp begins with its bit and a sound
character ends at rest, no row depends on its neighbours.
"""

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np

from xky.protocol import Burst

from .edges import ROUNDING_SAMPLES, PlacedBurst, envelope
from .waveform import Samples, Waveform

__all__ = ["CharacterTable", "character_table"]

_PLACES = 24  # so many rows of a code at most; a table then takes 13 MB in standard mode at 1 MS/s
_LONGEST_BURST = 100_000  # characters over which the rounding of a period may not add up to a sample


class CharacterTable:
    """The envelopes of characters that last ``period`` samples, made as they are asked for."""

    def __init__(self, waveform: Waveform, period: Fraction) -> None:
        self._waveform = waveform
        self._period = period
        self._rows: dict[int, list[Samples]] = {}

    def rows(self, data: bytes) -> list[Samples]:
        """One for each character of a sound burst."""
        places = self._period.denominator
        rows = self._rows
        for code in set(data) - rows.keys():
            rows[code] = self._make(code)
        if places == 1:
            return [rows[code][0] for code in data]
        return [rows[code][index % places] for index, code in enumerate(data)]

    def _make(self, code: int) -> list[Samples]:
        places, period = self._period.denominator, float(self._period)
        burst = Burst(0.0, period / self._waveform.rate_hz, bytes((code,)) * places)
        drawn = envelope([PlacedBurst(burst, 0, period)], self._waveform, 0, self._period.numerator)
        return np.split(drawn, [math.ceil(place * period - ROUNDING_SAMPLES) for place in range(1, places)])


@lru_cache(maxsize=8)
def character_table(waveform: Waveform, character: float) -> CharacterTable | None:
    """The table for characters of that many samples; None when their places do not come round."""
    period = Fraction(character).limit_denominator(_PLACES)
    if abs(float(period) - character) * _LONGEST_BURST > ROUNDING_SAMPLES:
        return None
    return CharacterTable(waveform, period)
