# SPDX-License-Identifier: Apache-2.0
"""Loses the last group before ETX."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _LosesLastGroup(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [group for group in frame.groups[:-1] if isinstance(group, Group)]


DEFECT = Defect(
    title="loses the last group before ETX",
    source="line-based readers that complete a group with the next one's LF",
    must_fail=frozenset({"TIC-LNK-3"}),
    # IINST3, the last group of a short frame, when its value is new; and the last label of the table, unless a step has
    # groups behind it (an endless frame), also of the whole frames between cut ones.
    may_fail=frozenset({"TIC-LNK-1", "TIC-LNK-5", "TIC-LBL-1"}),
    parser=_LosesLastGroup,
)
