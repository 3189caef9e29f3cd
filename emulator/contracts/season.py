# SPDX-License-Identifier: Apache-2.0
"""What changes with the time of the year: the distributor's tariff, and the seasons of a supplier's calendar."""

from dataclasses import dataclass
from datetime import datetime, time

__all__ = ["Distributor", "YearSeason", "summer_and_winter"]

_HIGH_SEASON = {11, 12, 1, 2, 3}  # of the distributor's four-index tariff; months, assumption that captures bear out


@dataclass(frozen=True, slots=True)
class Distributor:
    """The distributor's own tariff (EASDnn).

    Attributes:
        indexes: 1, or 4: season times hours. That 1 and 2 are the off-peak and peak hours of the low season, 3 and
            4 those of the high one is seen in captures.
        off_peak: spans of wall time, from and to.
        low_off_peak: those of the low season, where they are others.
    """

    indexes: int = 4
    off_peak: tuple[tuple[time, time], ...] = ((time(22), time(6)),)
    low_off_peak: tuple[tuple[time, time], ...] | None = None

    def index(self, local: datetime) -> int:
        """The running index at a legal time."""
        if self.indexes == 1:
            return 1
        wall, high = local.time(), local.month in _HIGH_SEASON
        spans = self.off_peak if high or self.low_off_peak is None else self.low_off_peak
        off_peak = any(start <= wall < end if start <= end else wall >= start or wall < end for start, end in spans)
        return (3 if high else 1) + (0 if off_peak else 1)

    @property
    def walls(self) -> frozenset[time]:
        """Wall times at which it may change."""
        spans = (*self.off_peak, *(self.low_off_peak or ()))
        return frozenset(wall for span in spans for wall in span) if self.indexes > 1 else frozenset()


@dataclass(frozen=True, slots=True)
class YearSeason:
    """A season of a supplier calendar, the same every year.

    Attributes:
        begins: month and day, from 00:00 on.
        week: number of the profile by weekday, Monday first.
    """

    begins: tuple[int, int]
    week: tuple[int, ...]


def summer_and_winter(summer: tuple[int, ...], winter: tuple[int, ...]) -> tuple[YearSeason, YearSeason]:
    """The seasons of off-peak hours, April to October and November to March, with the numbers of their profiles."""
    return YearSeason((4, 1), summer), YearSeason((11, 1), winter)
