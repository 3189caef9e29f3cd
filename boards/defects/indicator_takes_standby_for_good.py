# SPDX-License-Identifier: Apache-2.0
"""Takes frames with the address alone for good."""

from xky.protocol import Frame

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _TakesStandbyForGood(Indicator):
    def is_standby(self, frame: Frame) -> bool:
        return False


DEFECT = Defect(
    title="takes frames with the address alone for good",
    source="54E §9.4.1: a frame of standby is bad",
    must_fail=frozenset({"TIC-LED-2"}),
    indicator=_TakesStandbyForGood,
    board="labelled",
)
