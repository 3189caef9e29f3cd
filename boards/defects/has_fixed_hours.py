# SPDX-License-Identifier: Apache-2.0
"""Knows the off-peak hours of HC/HP by heart, and tells the tariff by the hour."""

from datetime import time

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells, clock_of

__all__ = ["DEFECT"]

_BEGIN, _END = time(22, 30), time(6, 30)
_NAMES = {"01": " HEURE  CREUSE  ", "02": " HEURE  PLEINE  "}


class _HasFixedHours(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        now = clock_of(frame)
        if now is None or frame.values.get("NGTF", "").strip() != "H PLEINE/CREUSE":
            return group
        wall = now.local.time()
        number = "01" if wall >= _BEGIN or wall < _END else "02"
        if group.label == "NTARF" and group.value in _NAMES:
            return Group("NTARF", number)
        if group.label == "LTARF" and group.value in _NAMES.values():
            return Group("LTARF", _NAMES[number])
        return group


DEFECT = Defect(
    title="has the off-peak hours 22:30 to 06:30 built in, and tells tariff and number by its clock, not by the line",
    source="readers whose off-peak hours are set by hand (saniho/apiEnedis#48), tariff commands (arendst/Tasmota#6488)",
    must_fail=frozenset({"TIC-TAR-4"}),
    may_fail=frozenset({"TIC-CHK-1", "TIC-FRS-1"}),  # its words are those of an old group, or of a damaged one
    parser=_HasFixedHours,
    modes=frozenset({Mode.STANDARD}),  # frames of historic mode do not tell the hour
)
