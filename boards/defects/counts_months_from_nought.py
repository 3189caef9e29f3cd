# SPDX-License-Identifier: Apache-2.0
"""Takes the months of a horodate for those of C, which run from 0 to 11."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]

_MONTHS = range(12)


class _CountsMonthsFromNought(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return group if group.timestamp is None or int(group.timestamp[3:5]) in _MONTHS else None


DEFECT = Defect(
    title="refuses horodates of December: its months run from 0 to 11",
    source="assumption: readers that check a month as tm_mon of C has it",
    must_fail=frozenset({"TIC-CLK-3"}),
    parser=_CountsMonthsFromNought,
    modes=frozenset({Mode.STANDARD}),
)
