# SPDX-License-Identifier: Apache-2.0
"""Keeps the power of the whole house in a signed number of 16 bits."""

from dataclasses import replace

from xky.protocol import Frame, Group

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _KeepsPowerIn15Bits(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        if group.label not in ("PAPP", "SINSTS") or int(group.value) < 1 << 15:
            return group
        return replace(group, value=str(int(group.value) - (1 << 16)))


DEFECT = Defect(
    title="says a negative power where a house draws over 32 767 VA",
    source="assumption: ZCL's ActivePower is int16, and PAPP or SINSTS is put into it",
    must_fail=frozenset({"TIC-LNK-4", "TIC-SND-1"}),
    parser=_KeepsPowerIn15Bits,
    board="generic",
)
