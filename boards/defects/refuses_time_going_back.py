# SPDX-License-Identifier: Apache-2.0
"""Drops every frame whose legal time is before that of the last one."""

from collections.abc import Sequence

from xky.protocol import Frame, Group, Mode

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _RefusesTimeGoingBack(Parser):
    def __init__(self) -> None:
        self._last = ""

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        legal = next((group.timestamp[1:] for group in frame.good if group.label == "DATE" and group.timestamp), "")
        if legal and legal < self._last:
            return None
        self._last = legal or self._last
        return frame.good


DEFECT = Defect(
    title="drops frames whose legal time lies before that of the last: the second 02:00 to 03:00 of October",
    source="readers that compare horodates without their season letter",
    must_fail=frozenset({"TIC-CLK-1"}),
    parser=_RefusesTimeGoingBack,
    modes=frozenset({Mode.STANDARD}),
)
