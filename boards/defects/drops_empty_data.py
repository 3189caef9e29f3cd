# SPDX-License-Identifier: Apache-2.0
"""Drops DATE, whose data is empty."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _DropsEmptyData(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return group if group.value else None


DEFECT = Defect(
    title="drops a group whose data is empty",
    source="hallard/LibTeleinfo checkLine @c78e1b0 wants strlen(value) > 0; arendst/Tasmota PR 18077",
    must_fail=frozenset({"TIC-LBL-5", "TIC-LBL-1"}),
    parser=_DropsEmptyData,
    modes=frozenset({Mode.STANDARD}),
)
