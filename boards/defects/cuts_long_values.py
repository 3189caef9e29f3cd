# SPDX-License-Identifier: Apache-2.0
"""Cuts values of 98 characters at 72."""

from dataclasses import replace

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]


_ROOM = 72


class _CutsLongValues(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return replace(group, value=group.value[:_ROOM])


DEFECT = Defect(
    title="cuts PJOURF+1 and PPOINTE to 72 of their 98 characters",
    source="fairecasoimeme/Zlinky_TIC#403; App_Linky.c @3d85b71: u8Length = 72",
    must_fail=frozenset({"TIC-SND-1"}),
    parser=_CutsLongValues,
    may_fail=frozenset({"TIC-LBL-1"}),
    modes=frozenset({Mode.STANDARD}),
)
