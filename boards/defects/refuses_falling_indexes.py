# SPDX-License-Identifier: Apache-2.0
"""Drops an index that is lower than the last one, whichever meter sent it; a roll-over passes."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect, is_index

__all__ = ["DEFECT"]

_NEAR_THE_END = 999_000_000  # Wh


class _RefusesFallingIndexes(Parser):
    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [group for group in frame.good if self._rises(group)]

    def _rises(self, group: Group) -> bool:
        if not is_index(group, of_supplier=True):
            return True
        last = self._last.get(group.label, 0)
        if int(group.value) < last < _NEAR_THE_END:
            return False
        self._last[group.label] = int(group.value)
        return True


DEFECT = Defect(
    title="drops an index that is lower than the last, also after a meter exchange",
    source="filters against negative deltas; fairecasoimeme/Zlinky_TIC#380 shows the exchange",
    must_fail=frozenset({"TIC-EXC-1", "TIC-CHK-5"}),
    parser=_RefusesFallingIndexes,
)
