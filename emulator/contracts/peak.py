# SPDX-License-Identifier: Apache-2.0
"""Mobile peaks: what the meter knows of one, and what a contract decides about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Protocol, runtime_checkable

from xky.protocol.calendar import DayProfile
from xky.protocol.status import Colour

__all__ = ["Peak", "PeakRule", "Planned", "SeasonalPeaks"]


@dataclass(frozen=True, slots=True)
class Peak:
    """A mobile peak: instants of its start and end (DPMn, FPMn).

    Attributes:
        noticed_us: from when STGE gives notice of it; None: never.
    """

    start_us: int
    end_us: int
    noticed_us: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A peak that the supplier decided on, and from when the meter knows."""

    number: int
    peak: Peak
    known_us: int


class PeakRule(Protocol):
    """Which days are mobile peaks, and what runs then."""

    @property
    def profiles(self) -> Mapping[int, DayProfile]:
        """Profile that is in force during peak 1 to 3."""
        ...

    @property
    def walls(self) -> frozenset[time]:
        """Wall times at which anything of it may change."""
        ...

    def planned(self, day: date) -> Iterable[Planned]:
        """The peaks that begin on a day."""
        ...

    def colours(self, at_us: int) -> tuple[Colour, Colour]:
        """TEMPO colours of today and tomorrow as the meter shows them; NONE on other contracts."""
        ...

    def contact_closed(self, supplier_index: int) -> bool | None:
        """What the TEMPO contact object says while an index runs; None on a contract that has none."""
        ...


@runtime_checkable
class SeasonalPeaks(Protocol):
    """A rule whose profiles are others at another time of the year."""

    def profiles_on(self, day: date) -> Mapping[int, DayProfile]:
        """Profile that is in force on a day during peak 1 to 3."""
        ...
