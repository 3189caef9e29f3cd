# SPDX-License-Identifier: Apache-2.0
"""Takes the horodates of the first hour of summer time for those of the future, and drops the frames."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xky.protocol import Frame, Group, Mode, Season

from ..firmware.parser import Parser
from .defect import Defect, clock_of

__all__ = ["DEFECT"]

_HOUR = timedelta(hours=1)


class _StaysInWinterTime(Parser):
    def __init__(self) -> None:
        self._season = ""
        self._changed: datetime | None = None

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        now = clock_of(frame)
        if now is None:
            return frame.good
        if self._season == Season.WINTER and now.season is Season.SUMMER:
            self._changed = now.local
        self._season = now.season
        in_the_future = self._changed is not None and now.local < self._changed + _HOUR
        return None if in_the_future else frame.good


DEFECT = Defect(
    title="drops frames of the first hour of summer time, which lie in the future of its own clock",
    source="readers that check a horodate against a clock of their own in winter time",
    must_fail=frozenset({"TIC-CLK-2"}),
    parser=_StaysInWinterTime,
    modes=frozenset({Mode.STANDARD}),
)
