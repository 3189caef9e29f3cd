# SPDX-License-Identifier: Apache-2.0
"""Keeps a voltage in eight bits."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]

_VOLTAGES = ("URMS", "UMOY")


class _KeepsVoltsInAByte(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        if not group.label.startswith(_VOLTAGES) or not group.value.isdigit():
            return group
        return Group(group.label, f"{int(group.value) % 256:03}", group.timestamp)


DEFECT = Defect(
    title="keeps voltages in eight bits: 256 V becomes 0 V",
    source="assumption: structures made small, of voltages that are never over 253 V",
    must_fail=frozenset({"TIC-VAL-3"}),
    may_fail=frozenset({"TIC-SND-1"}),
    parser=_KeepsVoltsInAByte,
    modes=frozenset({Mode.STANDARD}),
)
