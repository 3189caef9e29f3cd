# SPDX-License-Identifier: Apache-2.0
"""Drops horodates of a degraded clock."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _RefusesADegradedClock(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return None if (group.timestamp or "")[:1].islower() else group


DEFECT = Defect(
    title="drops every group whose season is a lower-case letter",
    source="fmartinou/teleinfo2mqtt TicMode.js TIMESTAMP_REGEX @6b161f6",
    must_fail=frozenset({"TIC-DAT-1"}),
    parser=_RefusesADegradedClock,
    modes=frozenset({Mode.STANDARD}),
)
