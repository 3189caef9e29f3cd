# SPDX-License-Identifier: Apache-2.0
"""Drops labels of nine characters."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]


_LONGEST = 8  # 54E §5.3.6; but SMAXSN1-1 has nine


class _DropsLongLabels(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return group if len(group.label) <= _LONGEST else None


DEFECT = Defect(
    title="drops labels of nine characters",
    source="destroyedlolo/TeleInfod src/TeleInfod.c getLabel @d023380: too long, restarting",
    must_fail=frozenset({"TIC-LBL-4", "TIC-LBL-1"}),
    parser=_DropsLongLabels,
    may_fail=frozenset({"TIC-LNK-4"}),
    modes=frozenset({Mode.STANDARD}),
)
