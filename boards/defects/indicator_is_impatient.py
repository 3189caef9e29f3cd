# SPDX-License-Identifier: Apache-2.0
"""Says after five seconds of silence that something is wrong."""

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _IsImpatient(Indicator):
    silence_s = 5.0


DEFECT = Defect(
    title="says after five seconds of silence that something is wrong",
    source="54E §9.4.1: less than 9 s are good",
    must_fail=frozenset({"TIC-LED-3"}),
    indicator=_IsImpatient,
    board="labelled",
)
