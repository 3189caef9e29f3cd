# SPDX-License-Identifier: Apache-2.0
"""Has a clock that runs too fast."""

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _FastClock(Parser):
    clock_error = 0.048  # enough for a meter whose own clock is right


DEFECT = Defect(
    title="samples five percent too fast",
    source="RC oscillators of small microcontrollers, which data sheets allow several percent",
    must_fail=frozenset({"TIC-TIM-1"}),
    parser=_FastClock,
)
