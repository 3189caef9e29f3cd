# SPDX-License-Identifier: Apache-2.0
"""BASE: one index at every hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import ClassVar

from xky.protocol.calendar import DayProfile

from .contract import Tariff, distributor_index, next_wall_switch, profile

__all__ = ["CONTRACT", "Base"]


@dataclass(frozen=True, slots=True)
class Base:
    """Option Base."""

    optarif: ClassVar[str] = "BASE"
    ngtf: ClassVar[str] = "      BASE      "
    index_labels: ClassVar[Mapping[str, int]] = MappingProxyType({"BASE": 1})

    def tariff(self, local: datetime) -> Tariff:
        return Tariff(1, distributor_index(local, off_peak=False), "TH..", "      BASE      ")

    def next_switch(self, at_us: int) -> int:
        return next_wall_switch(at_us, (time(),))

    def day_profile(self, day: date) -> DayProfile:
        return profile((time(), False, 1))


CONTRACT = Base
