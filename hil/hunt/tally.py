# SPDX-License-Identifier: Apache-2.0
"""What came of a hunt so far: what was found, how much was played, what of line and device was covered."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from xky.emulator.faults import befalls

from ..stories.judging import Broken, Signature
from ..stories.playing import Played
from ..stories.story import Story

__all__ = ["Coverage", "Finding", "Limits", "Tally", "size_of"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a hunt goes on; whichever ends first.

    Attributes:
        examples: stories; None: any number.
        minutes: real time; None: as long as it takes.
        findings: then a device is known well enough.
    """

    examples: int | None = None
    minutes: float | None = None
    findings: int = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """What a device does not stand, as small as Hypothesis made it.

    Attributes:
        story: the smallest that shows it.
        broken: what it shows.
        examples: how many stories were played when it first showed.
        after_s: real seconds into the hunt when it was shrunk.
    """

    story: Story
    broken: Broken
    examples: int = 0
    after_s: float = 0.0

    @property
    def signature(self) -> Signature:
        """What makes it another finding than the others."""
        return self.broken.signature


@dataclass
class Coverage:
    """What stories had in them, and what of the device they reached.

    Attributes:
        labels: of groups that a fault befell.
        faults: kinds of faults, with how many stories had them.
        states: what happened to meters, likewise.
        blocks: basic blocks of the device that were run, where that is known.
    """

    labels: set[str] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    blocks: set[int] = field(default_factory=set)

    def add(self, story: Story, played: Played) -> None:
        """Take a story in."""
        self.faults.update({fault.name for fault in story.faults})
        self.states.update({state for step in story.step for state in step.states})
        self.labels.update(label for fault in story.faults if (label := befalls(fault)) is not None)
        self.blocks |= played.covered

    def take(self, other: "Coverage") -> None:
        """Take in what others covered."""
        self.labels |= other.labels
        self.faults += other.faults
        self.states += other.states
        self.blocks |= other.blocks


class Tally:
    """What came of a hunt so far.

    Attributes:
        findings: in the order in which they were shrunk.
        examples: stories played, those of shrinking among them.
        line_s: seconds of line that they lasted.
        coverage: of them all.
        unsure: signatures that a story showed once, behind others or not, and not when it was played again.
        on_story: told of itself as it grows.
        on_finding: told of each finding.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.examples = 0
        self.line_s = 0.0
        self.coverage = Coverage()
        self.unsure: set[Signature] = set()
        self.on_story: Callable[[Tally], None] = lambda tally: None
        self.on_finding: Callable[[Finding], None] = lambda finding: None

    def add(self, examples: int, line_s: float, coverage: Coverage) -> None:
        """Take in what somebody else played."""
        self.examples += examples
        self.line_s += line_s
        self.coverage.take(coverage)
        self.on_story(self)


def size_of(story: Story) -> tuple[int, int, int, int]:
    """What of two stories is the smaller one for people."""
    return len(story.faults), story.frames, sum(len(step.keys) for step in story.step), len(story.step)
