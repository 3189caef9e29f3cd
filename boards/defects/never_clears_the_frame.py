# SPDX-License-Identifier: Apache-2.0
"""Keeps every label for ever."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _NeverClearsTheFrame(Parser):
    def __init__(self) -> None:
        self._all: dict[str, Group] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        self._all |= {group.label: group for group in frame.good}
        return list(self._all.values())


DEFECT = Defect(
    title="never empties its table of labels",
    source="fmartinou/teleinfo2mqtt e7e2dfd (#63): the frame object is never reset",
    must_fail=frozenset({"TIC-CND-1", "TIC-FRS-1"}),
    parser=_NeverClearsTheFrame,
    may_fail=frozenset({"TIC-CND-2", "TIC-CHK-1", "TIC-CHK-4", "TIC-SND-1", "TIC-EXC-1"}),
)
