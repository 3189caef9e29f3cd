# SPDX-License-Identifier: Apache-2.0
"""Purposes on the records of a run: which are asked for, and what each of them concluded."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field

from xky.protocol import Mode, XkyError

from .oracle import Case, Oracle, Trail
from .record import Record
from .requirement import Purpose
from .verdict import Verdict

__all__ = ["Conclusion", "Judgement"]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The verdict of one purpose in one mode, with its trail."""

    purpose: Purpose
    mode: Mode
    verdict: Verdict
    reason: str
    trail: Trail


@dataclass
class Judgement(ABC):
    """What the suite asks for, whether its records are played now or were read back.

    Attributes:
        purposes: that were selected, each with its mode.
        conclusions: in the order of judging.
        error: what kept a record from being made.
        aborted: a person ended the run before all was asked.
    """

    purposes: list[tuple[Purpose, Mode]] = field(default_factory=list, init=False)
    conclusions: list[Conclusion] = field(default_factory=list, init=False)
    error: XkyError | None = field(default=None, init=False)
    aborted: bool = field(default=False, init=False)
    _oracles: dict[Mode, Oracle] = field(default_factory=dict, init=False, repr=False)

    @property
    @abstractmethod
    def modes(self) -> tuple[Mode, ...]:
        """The modes to judge, in order."""

    @abstractmethod
    def _record(self, mode: Mode) -> Record:
        """The record of a mode; asked for once."""

    def asks_for(self, purpose: Purpose) -> bool:
        """Whether a purpose is one of those to be judged."""
        return True

    def select(self, purposes: Iterable[tuple[Purpose, Mode]]) -> None:
        """The purposes that will be asked for."""
        self.purposes = list(purposes)

    def oracle(self, mode: Mode) -> Oracle:
        """The judge of a mode's record."""
        if mode not in self._oracles:
            self._oracles[mode] = Oracle(self._record(mode))
        return self._oracles[mode]

    @property
    def records(self) -> dict[Mode, Record]:
        """What was recorded so far."""
        return {mode: oracle.record for mode, oracle in self._oracles.items()}

    @property
    def ignored_keys(self) -> tuple[str, ...]:
        """Keys that a device reports and that are no labels."""
        return tuple(sorted({key for oracle in self._oracles.values() for key in oracle.ignored_keys}))

    def case(self, purpose: Purpose, mode: Mode) -> Case:
        """A purpose's view of its record."""
        return Case(purpose, self.oracle(mode))
