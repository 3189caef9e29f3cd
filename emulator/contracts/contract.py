# SPDX-License-Identifier: Apache-2.0
"""What a supply contract makes of the hour: running indexes, names, colours, and the profile of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from xky.protocol.calendar import Block, Contact, DayProfile
from xky.protocol.status import Colour

from ..legal_time import local_time, wall_instants

__all__ = ["Contract", "Tariff", "distributor_index", "next_wall_switch", "profile"]


@dataclass(frozen=True, slots=True)
class Tariff:
    """What is in force at an instant.

    Attributes:
        supplier_index: running index EASFnn, 1 to 10.
        distributor_index: running index EASDnn, 1 to 4.
        ptec: historic period name, four characters.
        ltarf: standard name of the tariff, sixteen characters.
        contact_closed: dry contact C1-C2, which drives a water heater.
        today, tomorrow: TEMPO colours; NONE where there are none or not announced.
    """

    supplier_index: int
    distributor_index: int
    ptec: str
    ltarf: str
    contact_closed: bool = False
    today: Colour = Colour.NONE
    tomorrow: Colour = Colour.NONE


class Contract(Protocol):
    """A tariff option; one file each in this folder."""

    @property
    def optarif(self) -> str:
        """Historic tariff option, four characters."""
        ...

    @property
    def ngtf(self) -> str:
        """Name of the supplier calendar, sixteen characters."""
        ...

    @property
    def index_labels(self) -> Mapping[str, int]:
        """Historic index label to the supplier index that it shows."""
        ...

    def tariff(self, local: datetime) -> Tariff:
        """What is in force at a legal time."""
        ...

    def next_switch(self, at_us: int) -> int:
        """The next instant, strictly later, at which ``tariff`` may change."""
        ...

    def day_profile(self, day: date) -> DayProfile:
        """The profile announced for a day (PJOURF+1)."""
        ...


def next_wall_switch(at_us: int, walls: tuple[time, ...]) -> int:
    """The next instant, strictly later, at which the legal clock passes one of the wall times."""
    day = local_time(at_us).date()
    while True:
        for instant in wall_instants(day, walls):
            if instant > at_us:
                return instant
        day += timedelta(days=1)


_HIGH_SEASON = {11, 12, 1, 2, 3}  # of the distributor's four-index tariff; months, assumption


def distributor_index(local: datetime, *, off_peak: bool) -> int:
    """Running EASDnn of a four-index distributor tariff: season times hours (order is an assumption)."""
    return (3 if local.month in _HIGH_SEASON else 1) + (0 if off_peak else 1)


def profile(*blocks: tuple[time, bool, int], contact: Contact | None = None) -> DayProfile:
    """A day from (start, off-peak, supplier index); off-peak closes the contact unless told otherwise."""
    return DayProfile(
        tuple(
            Block(start, contact or (Contact.CLOSE if off_peak else Contact.OPEN), frozenset(), index)
            for start, off_peak, index in blocks
        )
    )
