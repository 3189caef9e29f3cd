# SPDX-License-Identifier: Apache-2.0
"""Drops a whole frame for one bad group."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _DropsDamagedFrame(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return frame.good if len(frame.good) == len(frame.groups) else None


DEFECT = Defect(
    title="drops a whole frame for one bad group",
    source="enedis-tic 0.2.0: one bad group raises and the frame is gone",
    must_fail=frozenset({"TIC-CHK-2"}),
    parser=_DropsDamagedFrame,
    may_fail=frozenset({"TIC-CHR-2", "TIC-LNK-7", "TIC-SIZ-2"}),
)
