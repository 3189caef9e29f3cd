# SPDX-License-Identifier: Apache-2.0
"""Drops an index that is lower than the last of the same meter."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect, address, is_index

__all__ = ["DEFECT"]


class _RefusesARollOver(Parser):
    def __init__(self) -> None:
        self._last: dict[tuple[str, str], int] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        meter = address(frame)
        return [group for group in frame.good if self._rises((meter, group.label), group)]

    def _rises(self, key: tuple[str, str], group: Group) -> bool:
        if not is_index(group):
            return True
        if int(group.value) < self._last.get(key, 0):
            return False
        self._last[key] = int(group.value)
        return True


DEFECT = Defect(
    title="drops an index that is lower than the last of the same meter, also after 999 999 999",
    source="filters against negative deltas: fairecasoimeme/Zlinky_TIC#353, arendst/Tasmota PR 18094",
    must_fail=frozenset({"TIC-VAL-2"}),
    parser=_RefusesARollOver,
    may_fail=frozenset({"TIC-CHK-5"}),
)
