# SPDX-License-Identifier: Apache-2.0
"""HC/HP: off-peak hours once a night."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import ClassVar

from xky.protocol.calendar import DayProfile

from .contract import Tariff, distributor_index, next_wall_switch, profile

__all__ = ["CONTRACT", "HcHp"]


@dataclass(frozen=True, slots=True)
class HcHp:
    """Option Heures Creuses; the hours are the distributor's, 22:30 to 06:30 by default."""

    start: time = time(22, 30)
    end: time = time(6, 30)
    optarif: ClassVar[str] = "HC.."
    ngtf: ClassVar[str] = "H PLEINE/CREUSE "
    index_labels: ClassVar[Mapping[str, int]] = MappingProxyType({"HCHC": 1, "HCHP": 2})

    def _off_peak(self, wall: time) -> bool:
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def tariff(self, local: datetime) -> Tariff:
        if self._off_peak(local.time()):
            return Tariff(1, distributor_index(local, off_peak=True), "HC..", " HEURE  CREUSE  ", contact_closed=True)
        return Tariff(2, distributor_index(local, off_peak=False), "HP..", " HEURE  PLEINE  ")

    def next_switch(self, at_us: int) -> int:
        return next_wall_switch(at_us, (time(), self.start, self.end))

    def day_profile(self, day: date) -> DayProfile:
        walls = sorted({time(), self.start, self.end})
        return profile(*((wall, self._off_peak(wall), 1 if self._off_peak(wall) else 2) for wall in walls))


CONTRACT = HcHp
