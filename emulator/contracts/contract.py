# SPDX-License-Identifier: Apache-2.0
"""A supply contract: a calendar of day profiles, names, mobile peaks; and what they make of an instant.

The running index, the contacts and the names all follow from the blocks that the meter itself sends
(PJOURF+1, PPOINTE), as in a real meter: one truth for what runs and what is announced.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from types import MappingProxyType

from xky.protocol import InputError
from xky.protocol.calendar import Block, Contact, DayProfile
from xky.protocol.status import Colour

from ..legal_time import local_time, wall_instants
from .peak import Peak, PeakRule, SeasonalPeaks
from .season import Distributor, YearSeason

__all__ = ["Contract", "Historic", "Tariff", "profile", "unchanging"]

_MIDNIGHT = time()
_RUN_DAYS = 7  # peaks of one number that touch are one over that many days at most: five red ones is the most there is
_NOTHING: Mapping[int, str] = MappingProxyType({})


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


@dataclass(frozen=True, eq=False)
class Contract:
    """A supplier calendar and what goes with it.

    Attributes:
        ngtf: name of the calendar, sixteen characters; empty where none is programmed.
        ltarf: name of the running tariff by supplier index.
        days: day profiles 0 to 9.
        week: number of the profile by weekday, Monday first.
        seasons: those of the year in the place of ``week``, in order of their beginning.
        dates: number of the profile of given dates, over ``week`` and ``seasons``.
        tells_season: whether NJOURF+1 and PJOURF+1 tell a new season on its eve. uncertain: what a meter sends in the
            night of the change is not documented; it matters to a device that plans by PJOURF+1, so there are both.
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
    distributor: Distributor = field(default_factory=Distributor)
    peaks: PeakRule | None = None
    seasons: tuple[YearSeason, ...] = ()
    tells_season: bool = True

    def __post_init__(self) -> None:
        numbers = {*self.week, *self.dates.values(), *(number for season in self.seasons for number in season.week)}
        begins = [season.begins for season in self.seasons]
        if begins != sorted(set(begins)):
            raise InputError("contract: seasons must begin on different days, in order of the year")
        weeks = (self.week, *(season.week for season in self.seasons))
        if (
            any(len(week) != 7 for week in weeks)
            or not 1 <= len(self.days) <= 10
            or not numbers <= set(range(len(self.days)))
        ):
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
        programmed = self.peaks is not None and self.peaks.contact_closed(1) is not None
        closing = (Contact.CLOSE, *((Contact.TEMPO,) if programmed else ()))
        return any(block.contact in closing for day in self.days for block in day.blocks)

    # The calendar

    def day_number(self, day: date) -> int:
        """Number of the day profile (NJOURF); mobile peaks do not count (54E §6.2.3.21)."""
        return self.dates.get(day, self._week(day)[day.weekday()])

    def told_number(self, day: date) -> int:
        """Number of the profile of a day as it is told on its eve (NJOURF+1)."""
        season_of = day if self.tells_season else day - timedelta(days=1)
        return self.dates.get(day, self._week(season_of)[day.weekday()])

    def _week(self, day: date) -> tuple[int, ...]:
        if not self.seasons:
            return self.week
        begun = [season for season in self.seasons if season.begins <= (day.month, day.day)]
        return (begun or self.seasons)[-1].week

    def day_profile(self, day: date) -> DayProfile:
        """The profile of a day."""
        return self.days[self.day_number(day)]

    def peak_profile(self, number: int, day: date) -> DayProfile:
        """The profile of a mobile peak that begins on a day (PPOINTE)."""
        return self._peak_profiles(day).get(number, self.day_profile(day))

    def _peak_profiles(self, day: date) -> Mapping[int, DayProfile]:
        if self.peaks is None:
            return {}
        return self.peaks.profiles_on(day) if isinstance(self.peaks, SeasonalPeaks) else self.peaks.profiles

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
        if self.peaks is not None:
            walls |= self.peaks.walls
        for of in (day, day - timedelta(days=1)):
            for one in (self.day_profile(of), *self._peak_profiles(of).values()):
                walls |= {block.start for block in one.blocks}
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
        if running in self._peak_profiles(today):
            profiles = [self.peak_profile(running, day) for day in (yesterday, today)]
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
                if closed is None:  # KEEP on every contract but TEMPO (54E §6.2.3.22)
                    continue
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
