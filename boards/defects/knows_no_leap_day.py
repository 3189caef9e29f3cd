# SPDX-License-Identifier: Apache-2.0
"""Has a table of the days of months without the 29th of February."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class _KnowsNoLeapDay(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        if group.timestamp is None:
            return group
        month, day = int(group.timestamp[3:5]), int(group.timestamp[5:7])
        return group if 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] else None


DEFECT = Defect(
    title="refuses horodates of 29 February",
    source="assumption: readers that check a horodate against a table of twelve months",
    must_fail=frozenset({"TIC-CLK-3"}),
    parser=_KnowsNoLeapDay,
    modes=frozenset({Mode.STANDARD}),
)
