# SPDX-License-Identifier: Apache-2.0
"""A supply contract: a calendar of day profiles, names, mobile peaks; and what they make of an instant.

The running index, the contacts and the names all follow from the blocks that the meter itself sends
(PJOURF+1, PPOINTE), as in a real meter: one truth for what runs and what is announced.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

from xky.protocol import InputError
from xky.protocol.calendar import Block, Contact, DayProfile
from xky.protocol.status import Colour

from ..legal_time import local_time, wall_instants

__all__ = ["Contract", "Distributor", "Historic", "Peak", "PeakRule", "Tariff", "profile", "unchanging"]

_MIDNIGHT = time()
_HIGH_SEASON = {11, 12, 1, 2, 3}  # of the distributor's four-index tariff; months, assumption that captures bear out
_RUN_DAYS = 7  # peaks of one number that touch are one over that many days at most: five red ones is the most there is
_NOTHING: Mapping[int, str] = MappingProxyType({})


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
class Tariff:
    """What is in force at an instant.

    Attributes:
        supplier_index: running index EASFnn, 1 to 10.
        distributor_index: running index EASDnn, 1 to 4.
        ptec: historic period name, four characters.
        ltarf: standard name of the tariff, sixteen characters; empty where none is programmed.
        relays: those closed, of 1 to 8; 1 is the dry contact C1-C2, which drives a water heater.
        today, tomorrow: TEMPO colours; NONE where there are none or not announced.
        day_number: day profile of the date, 0 to 9 (NJOURF).
        running: mobile peak under way, 1 to 3, else 0.
        notice: mobile peak of which notice is given, else 0.
    """

    supplier_index: int
    distributor_index: int
    ptec: str
    ltarf: str
    relays: frozenset[int] = frozenset()
    today: Colour = Colour.NONE
    tomorrow: Colour = Colour.NONE
    day_number: int = 0
    running: int = 0
    notice: int = 0

    @property
    def contact_closed(self) -> bool:
        """Whether the dry contact is closed."""
        return 1 in self.relays


@dataclass(frozen=True, slots=True)
class Historic:
    """How a contract of the old kind shows in historic mode; others show as BASE (54E §6.1.1).

    Attributes:
        optarif: OPTARIF, four characters.
        labels: index label to supplier index.
        ptec: PTEC by supplier index.
    """

    optarif: str
    labels: Mapping[str, int]
    ptec: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Distributor:
    """The distributor's own tariff (EASDnn).

    Attributes:
        indexes: 1, or 4: season times hours. That 1 and 2 are the off-peak and peak hours of the low season, 3 and
            4 those of the high one is seen in captures.
        off_peak: spans of wall time, from and to.
    """

    indexes: int = 4
    off_peak: tuple[tuple[time, time], ...] = ((time(22), time(6)),)

    def index(self, local: datetime) -> int:
        """The running index at a legal time."""
        if self.indexes == 1:
            return 1
        wall = local.time()
        off_peak = any(start <= wall < end if start <= end else wall >= start or wall < end
                       for start, end in self.off_peak)  # fmt: skip
        return (3 if local.month in _HIGH_SEASON else 1) + (0 if off_peak else 1)

    @property
    def walls(self) -> frozenset[time]:
        """Wall times at which it may change."""
        return frozenset(wall for span in self.off_peak for wall in span) if self.indexes > 1 else frozenset()


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

    def contact_closed(self, supplier_index: int) -> bool:
        """What the TEMPO contact object says while an index runs."""
        ...


@dataclass(frozen=True, eq=False)
class Contract:
    """A supplier calendar and what goes with it.

    Attributes:
        ngtf: name of the calendar, sixteen characters; empty where none is programmed.
        ltarf: name of the running tariff by supplier index.
        days: day profiles 0 to 9.
        week: number of the profile by weekday, Monday first.
        dates: number of the profile of given dates, over ``week``.
        historic: how it shows in historic mode; None: as BASE with the total index.
        distributor: its tariff.
        peaks: mobile peaks.

    Raises:
        InputError: a day profile that does not exist, or an empty one.
    """

    ngtf: str
    ltarf: Mapping[int, str]
    days: tuple[DayProfile, ...]
    week: tuple[int, ...] = (0,) * 7
    dates: Mapping[date, int] = field(default_factory=dict)
    historic: Historic | None = None
    distributor: Distributor = Distributor()
    peaks: PeakRule | None = None

    def __post_init__(self) -> None:
        numbers = {*self.week, *self.dates.values()}
        if len(self.week) != 7 or not 1 <= len(self.days) <= 10 or not numbers <= set(range(len(self.days))):
            raise InputError("contract: week has 7 numbers of day profiles, which are 0 to 9 and must exist")
        for number, day in enumerate(self.days):
            starts = [block.start for block in day.blocks]
            if starts[:1] != [_MIDNIGHT] or starts != sorted(set(starts)):
                raise InputError(f"contract: day profile {number} must begin at 00:00 and go on in order of time")

    def __deepcopy__(self, memo: dict[int, object]) -> "Contract":
        """Itself: it never changes, and its plans are kept by identity. Snapshots share it."""
        return self

    # Names

    @property
    def index_labels(self) -> Mapping[str, int]:
        """Historic index label to supplier index; 0 is the total (a contract of the new kind shows it as BASE)."""
        return self.historic.labels if self.historic is not None else {"BASE": 0}

    @property
    def optarif(self) -> str:
        """OPTARIF."""
        return self.historic.optarif if self.historic is not None else "BASE"

    @property
    def indexes(self) -> frozenset[int]:
        """Supplier indexes in use; where no block ever names one, 1 runs."""
        profiles = [*self.days, *(self.peaks.profiles.values() if self.peaks is not None else ())]
        named = frozenset(b.supplier_index for day in profiles for b in day.blocks if 1 <= b.supplier_index <= 10)
        return named or frozenset({1})

    @property
    def closes_contact(self) -> bool:
        """Whether the dry contact is ever closed: a water heater on one that is not has a clock of its own."""
        closing = (Contact.CLOSE, *((Contact.TEMPO,) if self.peaks is not None else ()))
        return any(block.contact in closing for day in self.days for block in day.blocks)

    # The calendar

    def day_number(self, day: date) -> int:
        """Number of the day profile (NJOURF); mobile peaks do not count (54E §6.2.3.21)."""
        return self.dates.get(day, self.week[day.weekday()])

    def day_profile(self, day: date) -> DayProfile:
        """The profile announced for a day (PJOURF+1)."""
        return self.days[self.day_number(day)]

    def peak_profile(self, number: int, day: date) -> DayProfile:
        """The profile of a mobile peak that begins on a day (PPOINTE)."""
        rule = self.peaks
        return rule.profiles.get(number, self.day_profile(day)) if rule is not None else self.day_profile(day)

    def peaks_known(self, at_us: int) -> Mapping[int, Peak]:
        """The mobile peaks that the meter knows of, running and to come, by number.

        Two peaks of one number that touch are one, which lasts longer as soon as the second is known (assumption:
        no capture shows two red days in a row).
        """
        if self.peaks is None:
            return {}
        return self._segment(at_us)[2]

    # An instant

    def tariff(self, at_us: int, peaks: Mapping[int, Peak] | None = None) -> Tariff:
        """What is in force; ``peaks`` in the place of those that the contract plans."""
        if peaks is None:
            return self._segment(at_us)[1]
        return self._tariff(at_us, peaks)

    def next_switch(self, at_us: int) -> int:
        """The next instant, strictly later, at which anything may change, midnight among them."""
        return self._segment(at_us)[3]

    def _segment(self, at_us: int) -> tuple[int, Tariff, Mapping[int, Peak], int]:
        """Start, tariff, peaks and end of the stretch of time that an instant lies in."""
        plan = _plan(self, local_time(at_us).date())
        return plan[bisect_right(plan, at_us, key=lambda segment: segment[0]) - 1]

    def plan(self, day: date) -> list[tuple[int, Tariff, Mapping[int, Peak], int]]:
        """The stretches of a local day; see ``_segment``."""
        walls = {_MIDNIGHT, *self.distributor.walls}
        for number in {self.day_number(day), self.day_number(day - timedelta(days=1))}:
            walls |= {block.start for block in self.days[number].blocks}
        if self.peaks is not None:
            walls |= self.peaks.walls
            walls |= {block.start for peak in self.peaks.profiles.values() for block in peak.blocks}
        instants = wall_instants(day, tuple(sorted(walls)))
        ends = (*instants[1:], wall_instants(day + timedelta(days=1), (_MIDNIGHT,))[0])
        plan: list[tuple[int, Tariff, Mapping[int, Peak], int]] = []
        for start, end in zip(instants, ends, strict=True):
            known = self._peaks_at(start)
            plan.append((start, self._tariff(start, known), known, end))
        return plan

    def _peaks_at(self, at_us: int) -> dict[int, Peak]:
        known: dict[int, Peak] = {}
        if self.peaks is None:
            return known
        today = local_time(at_us).date()
        for offset in range(-_RUN_DAYS, 3):
            for planned in self.peaks.planned(today + timedelta(days=offset)):
                number, peak = planned.number, planned.peak
                if planned.known_us > at_us:
                    continue
                if number in known and known[number].end_us == peak.start_us:
                    known[number] = Peak(known[number].start_us, peak.end_us, known[number].noticed_us)
                elif number not in known or known[number].end_us <= at_us:
                    known[number] = peak
        return {number: peak for number, peak in sorted(known.items()) if peak.end_us > at_us}

    def _notice(self, at_us: int, peaks: Mapping[int, Peak]) -> int:
        """The nearest peak of which notice is given. One that follows another of its number has its own."""
        noticed = [(peak.start_us, number) for number, peak in peaks.items()
                   if peak.noticed_us is not None and peak.noticed_us <= at_us < peak.start_us]  # fmt: skip
        if self.peaks is not None:
            today = local_time(at_us).date()
            for planned in (one for n in (0, 1) for one in self.peaks.planned(today + timedelta(days=n))):
                peak = planned.peak
                if planned.number in peaks and peaks[planned.number].end_us >= peak.end_us \
                        and peak.noticed_us is not None and peak.noticed_us <= at_us < peak.start_us:  # fmt: skip
                    noticed.append((peak.start_us, planned.number))
        return min(noticed)[1] if noticed else 0

    def _tariff(self, at_us: int, peaks: Mapping[int, Peak]) -> Tariff:
        local = local_time(at_us)
        running = next((number for number, peak in peaks.items() if peak.start_us <= at_us < peak.end_us), 0)
        today, yesterday = local.date(), local.date() - timedelta(days=1)
        profiles = [self.day_profile(yesterday), self.day_profile(today)]
        if running and self.peaks is not None and running in self.peaks.profiles:
            profiles = [self.peaks.profiles[running]] * 2
        blocks = [*profiles[0].blocks, *(block for block in profiles[1].blocks if block.start <= local.time())]
        index = next((b.supplier_index for b in reversed(blocks) if 1 <= b.supplier_index <= 10), 1)
        colours = self.peaks.colours(at_us) if self.peaks is not None else (Colour.NONE, Colour.NONE)
        return Tariff(
            supplier_index=index,
            distributor_index=self.distributor.index(local),
            ptec=self.historic.ptec[index] if self.historic is not None else "TH..",
            ltarf=self.ltarf.get(index, ""),
            relays=self._relays(blocks, index),
            today=colours[0],
            tomorrow=colours[1],
            day_number=self.day_number(today),
            running=running,
            notice=self._notice(at_us, peaks),
        )

    def _relays(self, blocks: list[Block], index: int) -> frozenset[int]:
        virtual = frozenset(number + 1 for number in blocks[-1].virtual_contacts)
        for block in reversed(blocks):  # KEEP leaves it as an earlier block put it
            if block.contact is Contact.TEMPO and self.peaks is not None:
                closed = self.peaks.contact_closed(index)
            elif block.contact in (Contact.OPEN, Contact.CLOSE):
                closed = block.contact is Contact.CLOSE
            else:
                continue
            return virtual | {1} if closed else virtual
        return virtual


@lru_cache(maxsize=256)
def _plan(contract: Contract, day: date) -> list[tuple[int, Tariff, Mapping[int, Peak], int]]:
    return contract.plan(day)


def profile(*blocks: tuple[time, Contact, int]) -> DayProfile:
    """A day from (start, contact, supplier index)."""
    return DayProfile(tuple(Block(start, contact, frozenset(), index) for start, contact, index in blocks))


def unchanging(index: int, contact: Contact = Contact.OPEN) -> DayProfile:
    """A day of one index."""
    return profile((_MIDNIGHT, contact, index))
