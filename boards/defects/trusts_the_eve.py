# SPDX-License-Identifier: Apache-2.0
"""Tells the running index by the day profile that PJOURF+1 told on the eve."""

from datetime import date, timedelta

from xky.protocol import Frame, Group, InputError, Mode
from xky.protocol.calendar import DayProfile

from .defect import Defect, Retells, address, clock_of

__all__ = ["DEFECT"]


class _TrustsTheEve(Retells):
    def __init__(self) -> None:
        self._told: dict[tuple[str, date], DayProfile] = {}

    def retold(self, group: Group, frame: Frame) -> Group | None:
        now = clock_of(frame)
        if now is None:
            return group
        meter, today = address(frame), now.local.date()
        if group.label == "PJOURF+1":
            try:
                self._told[meter, today + timedelta(days=1)] = DayProfile.parse(group.value)
            except InputError:
                return group
        if group.label == "NTARF" and (meter, today) in self._told:
            running = [
                block.supplier_index
                for block in self._told[meter, today].blocks
                if block.start <= now.local.time() and 1 <= block.supplier_index <= 10
            ]
            return Group("NTARF", f"{running[-1]:02}") if running else group
        return group


DEFECT = Defect(
    title="takes the profile that PJOURF+1 told on the eve for what runs, and tells NTARF by it",
    source="assumption: planners that make the schedule of a day on its eve",
    must_fail=frozenset({"TIC-TAR-4"}),
    may_fail=frozenset({"TIC-CHK-1", "TIC-FRS-1"}),  # its number is that of an old group, or of a damaged one
    parser=_TrustsTheEve,
    modes=frozenset({Mode.STANDARD}),
)
