# SPDX-License-Identifier: Apache-2.0
"""Takes an index of zero for none."""

from xky.protocol import Frame, Group

from .defect import Defect, Retells, is_index

__all__ = ["DEFECT"]


class _DropsZeroIndexes(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return None if is_index(group) and not group.value.strip("0") else group


DEFECT = Defect(
    title="ignores an index that is zero",
    source="domoticz Teleinfo.cpp @03b418b: if (ulValue != 0); GammaTroniques/TICMeter ab934c6",
    must_fail=frozenset({"TIC-VAL-2"}),
    parser=_DropsZeroIndexes,
    may_fail=frozenset({"TIC-LBL-1"}),
)
