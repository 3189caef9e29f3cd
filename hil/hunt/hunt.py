# SPDX-License-Identifier: Apache-2.0
"""The hunt: Hypothesis draws stories, each is played and judged, and what a device does not stand is shrunk.

It goes in rounds: a round ends with its stories, or with what it found once that is shrunk. What is known is no longer
looked for, so that each finding is another one. There is no search and no shrinking here but Hypothesis's own.
"""

import gc
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, currently_in_test_context, given, settings, target
from hypothesis import seed as seeded
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase
from hypothesis.strategies import SearchStrategy

from xky.protocol import InputError, Mode

from ..campaign.campaign import Campaign
from ..stories.judging import Broken, Signature
from ..stories.outages import outages_at
from ..stories.playing import Played, play_story
from ..stories.story import Story
from .strategies import line_stories

__all__ = ["Coverage", "Finding", "Hunt", "Limits"]

_ROUND = 250  # stories
_SHRINKS_ON_S = 60.0  # behind the end of its time, for what was found just before


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
        self.states.update({key for step in story.step for key in (*step.keys, *_states_beside(step))})
        told = (getattr(fault, "label", None) or getattr(fault, "before", None) for fault in story.faults)
        self.labels.update(label for label in told if isinstance(label, str))
        self.blocks |= played.covered


def _states_beside(step: object) -> list[str]:
    restart, server = getattr(step, "restart", False), getattr(step, "server", None)
    return [name for name, there in (("restart", restart), ("server", server)) if there]


class _Shown(Exception):  # noqa: N818  # it carries a finding to Hypothesis, one class each: so it tells them apart
    """A story showed something."""


@cache
def _shown_as(mode: Mode, question: str) -> type[_Shown]:
    return type("Shown", (_Shown,), {"__doc__": f"{question}, {mode}"})


class _Over(KeyboardInterrupt):
    """The time of the hunt is up; as a person's interrupt, it passes through Hypothesis."""


class Hunt:
    """A hunt on one device.

    Args:
        campaign: what a person chose: the device, its board, where it is listened to.
        seed: of the stories; the same seed and examples find the same.
        runs: how many hunts went before with this seed: each draws other stories.
        limits: how long it goes on.
        strict: a should counts as well.
        database: folder of examples from which a later hunt goes on; None keeps none.
        guided: whether Hypothesis is told how much of the device a story reached, where that is known.
        play: plays a story; a fresh device each in virtual time, unless told.
        clock: real time in seconds.

    Attributes:
        findings: in the order in which they were shrunk.
        examples: stories played, those of shrinking among them.
        line_s: seconds of line that they lasted.
        unsure: signatures that a story showed once, and not when it was played again.
    """

    def __init__(
        self,
        campaign: Campaign,
        *,
        seed: int = 0,
        runs: int = 0,
        limits: Limits = Limits(),
        strict: bool = False,
        database: Path | None = None,
        guided: bool = True,
        play: Callable[..., Played] = play_story,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._campaign = campaign
        self._seed = f"{seed} {runs}"
        self._limits = limits
        self._strict = strict
        self._database: ExampleDatabase | None = None if database is None else DirectoryBasedExampleDatabase(database)
        self._guided = guided
        self._play = play
        self._clock = clock
        self._began_s = clock()
        self._best: dict[tuple[Mode, str], Finding] = {}  # one a mode and question: Hypothesis shrinks by them
        self._drawn = 0
        self.findings: list[Finding] = []
        self.examples = 0
        self.line_s = 0.0
        self.coverage = Coverage()
        self.unsure: set[Signature] = set()
        self.on_story: Callable[[Hunt], None] = lambda hunt: None
        self.on_finding: Callable[[Finding], None] = lambda finding: None

    @property
    def elapsed_s(self) -> float:
        """Real seconds since it began."""
        return self._clock() - self._began_s

    def run(self, known: Sequence[Signature] = (), saved: Sequence[Story] = ()) -> None:
        """Hunt until the limits are reached.

        Args:
            known: what is not looked for.
            saved: findings of hunts before, in the modes of the board: whatever still shows them is found first.

        Raises:
            BenchError: the device cannot be started any more; what was found until then is in ``findings``.
            KeyboardInterrupt: a person ended it; the same.
        """
        self._known = {*known}
        number = 0
        gc.collect()
        gc.freeze()  # what stands now is no garbage; to look through it each time costs a tenth of the hunt
        try:
            for story in saved:
                self._new_in(story)
            self._keep_what_was_shown()
            while not self._is_over():
                self._round(number)
                number += 1
        except _Over:
            pass
        finally:
            gc.unfreeze()
            self._keep_what_was_shown()

    def _is_over(self) -> bool:
        examples, minutes = self._limits.examples, self._limits.minutes
        return (
            (examples is not None and self._drawn >= examples)
            or (minutes is not None and self.elapsed_s >= 60 * minutes)
            or len(self.findings) >= self._limits.findings
        )

    def _round(self, number: int) -> None:
        """Stories until one shows something new, and that shrunk; or so many."""
        most = self._limits.examples
        stories = _ROUND if most is None else min(_ROUND, most - self._drawn)
        phases = [Phase.generate, Phase.target, Phase.shrink]
        if number == 0 and self._database is not None:
            phases.insert(0, Phase.reuse)
        found: list[Signature] = []

        @settings(
            max_examples=stories, database=self._database, deadline=None, suppress_health_check=list(HealthCheck),
            phases=phases, report_multiple_bugs=False, print_blob=False,
        )  # fmt: skip
        @seeded(f"{self._seed} {number}")  # below: a seed takes the database from the settings of before
        @given(self._stories())
        def show(story: Story) -> None:
            self._drawn += not found
            broken = self._new_in(story)
            if broken is None:
                return
            if not found:
                found.append(broken.signature)
            raise _shown_as(broken.signature.mode, broken.signature.question)(str(broken.signature))

        with suppress(_Shown):
            show()
        self._keep_what_was_shown()

    def _stories(self) -> SearchStrategy[Story]:
        campaign = self._campaign
        servers = outages_at(campaign.kinds)
        return line_stories(campaign.modes, meter=campaign.house, servers=servers, restarts=campaign.open().can_restart)

    def _new_in(self, story: Story) -> Broken | None:
        """Play a story; what it shows that is not known yet."""
        if self._limits.minutes is not None:
            over_s = self.elapsed_s - 60 * self._limits.minutes
            if over_s > (_SHRINKS_ON_S if self._best else 0):
                raise _Over
        try:
            played = self._play(story, self._campaign, strict=self._strict)
        except InputError:  # its meter cannot do what it tells
            return None
        self.examples += 1
        self.line_s += played.record.duration_s
        self.coverage.add(story, played)
        self.on_story(self)
        if played.covered and self._guided and currently_in_test_context():
            target(float(len(played.covered)), label="basic blocks")
        for broken in played.broken:
            if not any(known.explains(broken.signature) for known in self._known):
                self._show(story, broken)
                return broken
        return None

    def _show(self, story: Story, broken: Broken) -> None:
        """Remember the smallest story that shows it: a hunt that is ended while it shrinks has that."""
        key = broken.signature.mode, broken.signature.question
        best = self._best.get(key)
        if best is None or _size(story) <= _size(best.story):
            first = self.examples if best is None else best.examples
            self._best[key] = Finding(story, broken, first, self.elapsed_s)

    def _keep_what_was_shown(self) -> None:
        """What a round showed is a finding, if it shows again."""
        for finding in sorted(self._best.values(), key=lambda one: _size(one.story)):
            self._known.add(finding.signature)
            again = self._play(finding.story, self._campaign, strict=self._strict)
            told = next((one for one in again.broken if one.signature == finding.signature), None)
            if told is None:
                self.unsure.add(finding.signature)
                continue
            kept = Finding(finding.story, told, finding.examples, self.elapsed_s)
            self.findings.append(kept)
            self.on_finding(kept)
        self._best.clear()


def _size(story: Story) -> tuple[int, int, int, int]:
    """What of two stories is the smaller one for people."""
    return len(story.faults), story.frames, sum(len(step.keys) for step in story.step), len(story.step)
