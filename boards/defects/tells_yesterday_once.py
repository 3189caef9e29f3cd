# SPDX-License-Identifier: Apache-2.0
"""Reports SMAXSN-1 once, and never again after midnight."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect, address

__all__ = ["DEFECT"]

_OF_YESTERDAY = {"SMAXSN-1", "SMAXIN-1", "SMAXSN1-1", "SMAXSN2-1", "SMAXSN3-1"}


class _TellsYesterdayOnce(Parser):
    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        meter = address(frame)
        return [
            group
            for group in frame.good
            if group.label not in _OF_YESTERDAY
            or self._told.setdefault((meter, group.label), group.value) == group.value
        ]


DEFECT = Defect(
    title="tells the maximum of yesterday once and never again after midnight",
    source="readers that send what they take for constant with the first message only",
    must_fail=frozenset({"TIC-DAY-1"}),
    parser=_TellsYesterdayOnce,
)
