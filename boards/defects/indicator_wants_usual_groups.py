# SPDX-License-Identifier: Apache-2.0
"""Takes a frame for bad that lacks the power drawn."""

from xky.protocol import Frame

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]

_POWER = frozenset({"PAPP", "SINSTS"})


class _WantsUsualGroups(Indicator):
    def takes(self, frame: Frame) -> bool:
        return super().takes(frame) and not _POWER.isdisjoint(frame.values)


DEFECT = Defect(
    title="takes a frame for bad that lacks the power drawn",
    source="54E §9.4.1: any set of groups is good; decoders that wait for one label, see waits-for-sinsts",
    must_fail=frozenset({"TIC-LED-1"}),
    indicator=_WantsUsualGroups,
    board="labelled",
)
