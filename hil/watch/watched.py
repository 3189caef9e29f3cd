# SPDX-License-Identifier: Apache-2.0
"""A run to look at, whether it goes on or is over: its parts, one a mode, and what was concluded of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from xky.emulator import Truth
from xky.protocol import Mode

from ..bench.reading import Reading, Remark
from ..campaign.report.moment import Moment
from ..campaign.step_spans import Span

__all__ = ["Heard", "Key", "Part", "Scene", "Told", "Watched"]


class Key(NamedTuple):
    """Which verdict: a purpose in a mode, at a probe."""

    purpose: str
    mode: str
    probe: str


class Told(NamedTuple):
    """A verdict as ``report.json`` has it: its requirement, and what its purpose came to."""

    requirement: Mapping[str, Any]
    purpose: Mapping[str, Any]

    @property
    def key(self) -> Key:
        """Which one it is."""
        return Key(self.purpose["id"], self.purpose["mode"], self.purpose["probe"])


@dataclass(frozen=True, slots=True)
class Scene:
    """Where to look at a fail.

    Attributes:
        picture: of its moment; None: nothing was on the line then.
        groups_s: when the groups began that it is about, the one that matters most first, seconds on the bench's clock.
    """

    picture: Moment | None
    groups_s: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard at one place; the lists grow while the run goes on, and nothing in them changes."""

    readings: Sequence[Reading]
    remarks: Sequence[Remark]


@dataclass(frozen=True, slots=True)
class Part:
    """One mode of a run, from its first frame on.

    Attributes:
        mode: of the TIC.
        truth: what was sent; it grows.
        heard: at each probe.
        steps: names of those of the plan, in order.
        planned: when each will be played, as far as that is known.
    """

    mode: Mode
    truth: Truth
    heard: Sequence[Heard]
    steps: Sequence[str] = ()
    planned: Sequence[Span] = ()


class Watched(ABC):
    """What a page is told of a run is made of this. All of it may be asked for from the server's thread."""

    is_live = False
    """Whether it goes on, or went on when the page was opened."""

    @property
    @abstractmethod
    def facts(self) -> Mapping[str, Any]:
        """What is known of the run, by names of ``report.json``."""

    @property
    @abstractmethod
    def modes(self) -> Sequence[Mode]:
        """That are played, in order."""

    @property
    @abstractmethod
    def parts(self) -> Sequence[Part]:
        """Those that have begun, in order."""

    @abstractmethod
    def over(self, mode: Mode) -> tuple[float, str | None] | None:
        """How long a mode was played, in seconds, and how the device ended before that; None: it goes on."""

    @abstractmethod
    def power(self, mode: Mode) -> Mapping[str, Any] | None:
        """The trials of the device's power in a mode that is over, as they are told; None: there were none."""

    @property
    @abstractmethod
    def verdicts(self) -> Sequence[Told]:
        """Those that have fallen, in order; it grows."""

    @property
    @abstractmethod
    def report(self) -> Mapping[str, Any] | None:
        """As ``report.json`` has it; None: the run goes on, or left none."""

    @property
    @abstractmethod
    def complaint(self) -> str:
        """Why the run left no report; empty: it left one, or goes on."""

    @abstractmethod
    def scene(self, key: Key) -> Scene:
        """Where to look at a fail; of anything else there is nothing to see."""

    @abstractmethod
    def file(self, name: str) -> bytes | None:
        """A file of the report; None: it has none of that name."""

    @property
    @abstractmethod
    def has_report(self) -> bool:
        """Whether the files of the report can be read now."""
