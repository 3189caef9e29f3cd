# SPDX-License-Identifier: Apache-2.0
"""Blinks once in four seconds while frames are good."""

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _BlinksSlowly(Indicator):
    off_good_s = 3.9


DEFECT = Defect(
    title="blinks once in four seconds while frames are good",
    source="54E §9.4.1: the pace is the message; a timer of another clock",
    must_fail=frozenset({"TIC-LED-1"}),
    may_fail=frozenset({"TIC-LED-3"}),
    indicator=_BlinksSlowly,
    board="labelled",
)
