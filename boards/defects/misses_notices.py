# SPDX-License-Identifier: Apache-2.0
"""Reports the peak, not its notice."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect, address

__all__ = ["DEFECT"]

_NOTICE = 0x3000_0000  # STGE bits 28-29


class _MissesNotices(Parser):
    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [group for group in frame.good if not self._is_missed(group, frame)]

    def _is_missed(self, group: Group, frame: Frame) -> bool:
        if group.label == "PEJP":
            return frame.values.get("PTEC") != "PM.."
        if group.label != "STGE":
            return False
        told = self._told.setdefault(address(frame), group.value)
        changed = int(told, 16) ^ int(group.value, 16)
        if changed and not changed & ~_NOTICE:
            return True
        self._told[address(frame)] = group.value
        return False


DEFECT = Defect(
    title="reports a mobile peak, not the notice of it",
    source="hekmon/linkytic#54: STGE was decoded wrongly past its reserved bits",
    must_fail=frozenset({"TIC-TAR-3"}),
    parser=_MissesNotices,
)
