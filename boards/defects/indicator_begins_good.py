# SPDX-License-Identifier: Apache-2.0
"""Says that all is good before it has heard a frame."""

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _BeginsGood(Indicator):
    begins_good = True


DEFECT = Defect(
    title="says that all is good before it has heard a frame",
    source="54E §9.4.1: quick from the start; a variable that begins as true",
    must_fail=frozenset({"TIC-LED-2"}),
    indicator=_BeginsGood,
    board="labelled",
)
