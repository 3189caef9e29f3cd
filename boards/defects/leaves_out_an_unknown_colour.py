# SPDX-License-Identifier: Apache-2.0
"""Says nothing of DEMAIN while it is ``----``: whoever keeps what it said last keeps yesterday's colour."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]

_NOT_TOLD_YET = "----"  # 02E §2.3


class _LeavesOutAnUnknownColour(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return None if (group.label, group.value) == ("DEMAIN", _NOT_TOLD_YET) else group


DEFECT = Defect(
    title="leaves out DEMAIN while the colour of tomorrow is not told",
    source="assumption: readers that take dashes for a field without a value",
    must_fail=frozenset({"TIC-TAR-2"}),
    parser=_LeavesOutAnUnknownColour,
    modes=frozenset({Mode.HISTORIC}),
)
