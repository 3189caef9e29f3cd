# SPDX-License-Identifier: Apache-2.0
"""Purposes on the records of a run: which are asked for, and what each of them concluded."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xky.boards import Board
from xky.protocol import Mode, XkyError

from ..bench.shown import visible
from .condition import Facts, why_not_concerned
from .declared_meters import why_not_asked
from .oracle import Case, Oracle, Trail
from .record import LINES, Record
from .requirement import Purpose
from .verdict import NotApplicable, Verdict

__all__ = ["Asked", "Conclusion", "Judgement", "no_concern"]


class Asked(NamedTuple):
    """One purpose in one mode, judged by what one probe saw."""

    purpose: Purpose
    mode: Mode
    probe: str = LINES


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The verdict of what was asked, with its trail."""

    asked: Asked
    verdict: Verdict
    reason: str
    trail: Trail

    def __post_init__(self) -> None:
        """Spell out control characters, of devices and of damaged groups, in all that is told."""
        object.__setattr__(self, "reason", visible(self.reason))
        for told in (self.trail.sent, self.trail.expected, self.trail.seen):
            told[:] = map(visible, told)

    @property
    def purpose(self) -> Purpose:
        """What was to be shown."""
        return self.asked.purpose

    @property
    def mode(self) -> Mode:
        """Of the TIC."""
        return self.asked.mode


@dataclass
class Judgement(ABC):
    """What the suite asks for, whether its records are played now or were read back.

    Attributes:
        purposes: that were selected, each with its mode and its probe.
        conclusions: in the order of judging.
        error: what kept a record from being made.
        aborted: a person ended the run before all was asked.
        records: what was recorded so far.
        found: purposes that are stimulus files, in the place of those that the suite has.
    """

    purposes: list[Asked] = field(default_factory=list, init=False)
    conclusions: list[Conclusion] = field(default_factory=list, init=False)
    error: XkyError | None = field(default=None, init=False)
    aborted: bool = field(default=False, init=False)
    records: dict[Mode, Record] = field(default_factory=dict, init=False)
    found: Mapping[Purpose, Any] = field(default_factory=dict, init=False)
    _oracles: dict[tuple[Mode, str], Oracle] = field(default_factory=dict, init=False, repr=False)

    @property
    @abstractmethod
    def modes(self) -> tuple[Mode, ...]:
        """The modes to judge, in order."""

    @property
    @abstractmethod
    def probes(self) -> Sequence[str]:
        """Where the device was listened to, as it may be printed; each is judged by itself."""

    @abstractmethod
    def _record(self, mode: Mode) -> Record:
        """The record of a mode; asked for once."""

    @property
    def skipped(self) -> frozenset[Asked]:
        """What is left out though it was asked for."""
        return frozenset()

    def asks_for(self, purpose: Purpose) -> bool:
        """Whether a purpose is one of those to be judged."""
        return True

    def select(self, purposes: Iterable[Asked]) -> None:
        """The purposes that will be asked for."""
        self.purposes = list(purposes)

    def oracle(self, mode: Mode, probe: str) -> Oracle:
        """The judge of what one probe saw in a mode."""
        if (mode, probe) not in self._oracles:
            if mode not in self.records:
                self.records[mode] = self._record(mode)
            self._oracles[mode, probe] = Oracle(self.records[mode].seen_by(probe))
        return self._oracles[mode, probe]

    def take_over(self, other: "Judgement", conclusions: Sequence[Conclusion]) -> None:
        """Have records of another one in the place of these, and what was concluded of them."""
        self.records, self._oracles = dict(other.records), dict(other._oracles)
        self.conclusions[:] = conclusions

    @property
    def ignored_keys(self) -> tuple[str, ...]:
        """Keys that a device reports and that are no labels."""
        return tuple(sorted({key for oracle in self._oracles.values() for key in oracle.ignored_keys}))

    def case(self, asked: Asked) -> Case:
        """A purpose's view of its record.

        Raises:
            NotApplicable: it is shown on a meter that the device is not for.
        """
        oracle = self.oracle(asked.mode, asked.probe)
        self.require_claim(asked, oracle.record.board)
        return Case(asked.purpose, oracle)

    def require_claim(self, asked: Asked, board: Board) -> None:
        """Leave out what is shown on a meter that a device is not for.

        Raises:
            NotApplicable: it is.
        """
        if why := why_not_asked(board, asked.purpose, asked.mode):
            raise NotApplicable(why)


def no_concern(asked: Asked, facts: Facts) -> str:
    """Why something does not concern a device, as far as that is known before a run; empty where it may."""
    why = why_not_asked(facts.board, asked.purpose, asked.mode)
    return why or why_not_concerned(asked.purpose.requirement.where, facts)
