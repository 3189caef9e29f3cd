# SPDX-License-Identifier: Apache-2.0
"""What reconciling finds: of a day, of a home, of the panel."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

__all__ = ["UNKNOWN", "DayFound", "Energy", "HomeFound", "PanelFound", "Stretch"]

UNKNOWN = "unknown"  # cause that nothing tells


@dataclass(frozen=True, slots=True)
class Stretch:
    """Readings that were due one after the other, and lost to one cause.

    Attributes:
        from_us: when the first was due, µs since 1970-01-01 UTC.
        to_us: the last.
        number: how many.
        cause: who lost them, one of ``layout.Cause``, ``unknown``, or what can be inferred.
        what: in words, such as ``access point away``; empty where nothing tells.
    """

    from_us: int
    to_us: int
    number: int
    cause: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Energy:
    """An energy by the readings against another account of it.

    Attributes:
        against: ``meter`` or ``distributor``.
        what: ``consumption`` or ``injection``.
        day: local day.
        readings_wh: by the readings.
        other_wh: by the other account.
        bound_wh: how far they may be apart: rounding, and what was drawn between an instant and the next readings.
        points: of the distributor that were compared; 0 against a meter.
        beyond: intervals of the distributor that are further apart than their own bound: end of each, and a text.
        of_points: how many points the distributor has of that day.
    """

    against: str
    what: str
    day: date
    readings_wh: float
    other_wh: float
    bound_wh: float
    points: int = 0
    of_points: int = 0
    beyond: Sequence[tuple[int, str]] = ()

    @property
    def error_wh(self) -> float:
        """How far they are apart."""
        return abs(self.readings_wh - self.other_wh)

    @property
    def agrees(self) -> bool:
        """Whether that is within the bound, in sum and in each interval."""
        return self.error_wh <= self.bound_wh and not self.beyond


@dataclass(slots=True)
class DayFound:
    """A home's day.

    Attributes:
        day: local day.
        due: readings that were due.
        arrived: those of them of which something arrived.
        partly_lost: those that arrived by one way, and by another that the gateway has did not.
        messages: that arrived.
        late, doubled, wrong: messages, see the module ``matching``.
        lost: what is missing of those due, by stretches.
        partly: of those partly lost, by what way nothing came, likewise; its cause by what befell somebody then.
        why: of late, doubled and wrong messages: how often by whom.
        energies: compared.
        hours: of each hour, readings due and arrived, for the picture.
    """

    day: date
    due: int = 0
    arrived: int = 0
    partly_lost: int = 0
    messages: int = 0
    late: int = 0
    doubled: int = 0
    wrong: int = 0
    lost: Sequence[Stretch] = ()
    partly: list[Stretch] = field(default_factory=list)
    why: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    energies: Sequence[Energy] = ()
    hours: Sequence[tuple[int, int]] = ()

    @property
    def lost_number(self) -> int:
        """How many were lost."""
        return sum(one.number for one in self.lost)


@dataclass(slots=True)
class HomeFound:
    """A home.

    Attributes:
        id: such as ``0001``.
        days: in order.
        remarks: what has to be known of its files, each in a line.
        board: of its gateway; empty where nobody told.
        complete: whether all files that belong to it could be read; else ``remarks`` tell which could not.
        judged: whether what arrived could be held against what was due; else ``remarks`` tell why not.
    """

    id: str
    days: list[DayFound] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    board: str = ""
    complete: bool = True
    judged: bool = True

    def total(self, name: str) -> int:
        """Sum over the days of a number of ``DayFound``."""
        return sum(getattr(day, name) for day in self.days)

    @property
    def causes(self) -> Counter[str]:
        """Of the losses."""
        return _causes(self.days)

    @property
    def faults(self) -> int:
        """Lost, late, doubled and wrong together."""
        return sum(self.total(name) for name in ("lost_number", "partly_lost", "late", "doubled", "wrong"))

    @property
    def disagreeing(self) -> list[Energy]:
        """Energies that are further apart than their bound."""
        return [one for day in self.days for one in day.energies if not one.agrees]

    @property
    def is_whole(self) -> bool:
        """Whether it was judged, and nothing of it is lost, late, doubled, wrong, or further apart than it may be."""
        return self.judged and self.complete and not self.faults and not self.disagreeing

    @property
    def worst_energy(self) -> Energy | None:
        """The one furthest apart; None where none was compared."""
        return _worst(self.days)


@dataclass(slots=True)
class PanelFound:
    """A panel.

    Attributes:
        name: of it.
        homes: in order.
        whole_run: whether all homes of the run are done; False: what is missing is no loss, and no verdict either.
        homes_due: how many homes the panel has.
        remarks: what has to be known of the whole, each in a line.
        inferred: whether causes are inferred, since nothing tells them.
    """

    name: str
    homes: list[HomeFound]
    whole_run: bool = True
    homes_due: int = 0
    remarks: list[str] = field(default_factory=list)
    inferred: bool = False

    def total(self, name: str) -> int:
        """Sum over the homes, see ``HomeFound.total``."""
        return sum(home.total(name) for home in self.homes)

    @property
    def causes(self) -> Counter[str]:
        """Of the losses."""
        return _causes(day for home in self.homes for day in home.days)

    @property
    def worst_energy(self) -> Energy | None:
        """The one furthest apart of all homes and days."""
        return _worst(day for home in self.homes for day in home.days)

    @property
    def is_whole(self) -> bool:
        """Whether all homes are there and whole."""
        return self.whole_run and all(home.is_whole for home in self.homes)


def _causes(days: Iterable[DayFound]) -> Counter[str]:
    found: Counter[str] = Counter()
    for day in days:
        for one in day.lost:
            found[one.cause] += one.number
    return found


def _worst(days: Iterable[DayFound]) -> Energy | None:
    """Against the meter where that is known, else against the distributor; of those beyond their bound first."""
    energies = [one for day in days for one in day.energies]
    if any(one.against == "meter" for one in energies):
        energies = [one for one in energies if one.against == "meter" or not one.agrees]
    return max(energies, key=lambda one: (not one.agrees, one.error_wh), default=None)
