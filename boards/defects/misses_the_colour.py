# SPDX-License-Identifier: Apache-2.0
"""Reports DEMAIN and STGE when something else of them or of the tariff changes, not for a colour alone."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect, address

__all__ = ["DEFECT"]

_TOMORROW = 0x0C00_0000  # STGE bits 26-27


class _MissesTheColour(Parser):
    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [group for group in frame.good if not self._is_missed(group, frame)]

    def _is_missed(self, group: Group, frame: Frame) -> bool:
        if group.label == "STGE":
            told = self._told.setdefault((address(frame), "STGE"), group.value)
            changed = int(told, 16) ^ int(group.value, 16)
            if changed and not changed & ~_TOMORROW:
                return True
            self._told[address(frame), "STGE"] = group.value
        elif group.label == "DEMAIN":
            key = address(frame) + frame.values.get("PTEC", ""), "DEMAIN"
            return self._told.setdefault(key, group.value) != group.value
        return False


DEFECT = Defect(
    title="misses that the colour of tomorrow was told",
    source="readers that poll colours from the supplier instead (fmartinou/teleinfo2mqtt#88, #90)",
    must_fail=frozenset({"TIC-TAR-2"}),
    parser=_MissesTheColour,
)
