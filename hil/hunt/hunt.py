# SPDX-License-Identifier: Apache-2.0
"""The hunt: Hypothesis draws stories, each is played and judged, and what a device does not stand is shrunk.

It goes in rounds: a round ends with its stories, or with what it found once that is shrunk. What is known is no longer
looked for, so that each finding is another one. There is no search and no shrinking here but Hypothesis's own.
"""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from unittest import SkipTest

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from xky.protocol import BenchError, InputError, Mode

from ..bench.seldom_collected import SeldomCollected
from ..campaign.campaign import Campaign
from ..stories.judging import Broken, Signature
from ..stories.outages import outages_at
from ..stories.playing import Played, play_story
from ..stories.story import ImpossibleStoryError, Story
from .guidance import Guidance
from .interrupt import interrupts_come_out
from .retold import retold_stories
from .strategies import Befalls, stories_of
from .tally import Finding, Limits, Tally, size_of

__all__ = ["Hunt"]

_ROUND = 250  # stories
_GUIDED_ROUND = 10  # of a longer one's later stories Hypothesis makes five of six out of pieces of the one before
_FROM_DATABASE = 250  # stories at the most of hunts before that showed something on their way to what was kept
_NO_LIMITS = Limits()
_SHRINKS_ON_S = 60.0  # behind the end of its time, for what was found just before


class _Shown(Exception):  # noqa: N818  # it carries a finding to Hypothesis, one class each: so it tells them apart
    """A story showed something."""


@cache
def _shown_as(mode: Mode, question: str) -> type[_Shown]:
    return type("Shown", (_Shown,), {"__doc__": f"{question}, {mode}"})


class _Over(KeyboardInterrupt):
    """The time of the hunt is up; as a person's interrupt, it passes through Hypothesis."""


class Hunt(Tally):
    """A hunt on one device.

    Args:
        campaign: what a person chose: the device, its board, where it is listened to.
        seed: of the stories; the same seed and examples find the same.
        runs: how many hunts went before with this seed: each draws other stories.
        limits: how long it goes on.
        strict: a should counts as well.
        database: of examples from which a later hunt goes on, by the name of those that are drawn alike, such as a
            mode's; None keeps none.
        guided: whether later stories go by what earlier ones reached of the device, where that is known.
        play: plays a story, alone unless told: on a device that is started for it.
        replay: plays it alone, where ``play`` does not: what was shown behind other stories is a finding only if it
            shows so, and shrinking plays so, too.
        turn: stories of one mode after which the next one has its turn; None: any mode each time.
        is_unwanted: asked before each story whether somebody ended the hunt.
        clock: real time in seconds.

    Attributes:
        drawn: stories that count: those of shrinking do not.
    """

    def __init__(
        self,
        campaign: Campaign,
        *,
        seed: int | str = 0,
        runs: int = 0,
        limits: Limits = _NO_LIMITS,
        strict: bool = False,
        database: Callable[[str], ExampleDatabase] | None = None,
        guided: bool = True,
        play: Callable[..., Played] = play_story,
        replay: Callable[..., Played] | None = None,
        turn: int | None = None,
        is_unwanted: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._campaign = campaign
        self._seed = f"{seed} {runs}"
        self._limits = limits
        self._strict = strict
        self._database = database
        self._guidance = Guidance() if guided else None
        self._play = play
        self._replay = play if replay is None else replay
        self._turn = turn
        self._trouble: BenchError | InputError | None = None
        self._is_unwanted = is_unwanted
        self._clock = clock
        self._began_s = clock()
        self._standing: set[int] = set()  # hashes of stories that it stood
        self._best: dict[tuple[Mode, str], Finding] = {}  # one a mode and question: Hypothesis shrinks by them
        self.drawn = 0

    @property
    def elapsed_s(self) -> float:
        """Real seconds since it began."""
        return self._clock() - self._began_s

    def run(self, known: Iterable[Signature] = (), saved: Sequence[Story] = (), *, draws: bool = True) -> None:
        """Hunt until the limits are reached.

        Args:
            known: what is not looked for.
            saved: findings of hunts before, in the modes of the board: whatever still shows them is found first.
            draws: whether it draws new stories behind those and the examples of the database.

        Raises:
            BenchError: the device cannot be started any more; what was found until then is in ``findings``.
            KeyboardInterrupt: a person ended it; the same.
        """
        self._known = {*known}
        number = 0
        collector = SeldomCollected()
        collector.begin()
        gc.collect()
        gc.freeze()  # what stands now is no garbage; to look through it each time costs a tenth of the hunt
        try:
            for story in saved:
                self._new_in(story, alone=True)
            self._keep_what_was_shown()
            for modes in self._turns() if self._database is not None else ():
                self._round("again", modes, (Phase.reuse, Phase.shrink))
            turns = self._turns()
            while draws and not self._is_over():
                self._round(str(number), turns[number % len(turns)], (Phase.generate, Phase.shrink))
                number += 1
        except _Over:
            pass
        except KeyboardInterrupt:
            self._keep_what_was_shown(again=self._replay is self._play)  # nobody waits for a device in real time
            raise
        finally:
            gc.unfreeze()
            collector.end()
        self._keep_what_was_shown()
        if self._trouble is not None:
            raise self._trouble

    @property
    def _has_drawn_all(self) -> bool:
        return self._limits.examples is not None and self.drawn >= self._limits.examples

    def _is_over(self) -> bool:
        minutes = self._limits.minutes
        return (
            self._has_drawn_all
            or (minutes is not None and self.elapsed_s >= 60 * minutes)
            or len(self.findings) >= self._limits.findings
        )

    def _turns(self) -> Sequence[Sequence[Mode]]:
        """The modes whose stories are drawn in one round, round by round; the fastest line first."""
        modes = self._campaign.modes
        return (modes,) if self._turn is None else [(mode,) for mode in sorted(modes, key=lambda one: -one.baud)]

    def _round(self, name: str, modes: Sequence[Mode], phases: Sequence[Phase]) -> None:
        """Stories until one shows something new, and that shrunk; or so many."""
        draws = Phase.generate in phases
        stories = (self._turn or self._longest) if draws else _FROM_DATABASE
        database, strategy = self._database_of(modes), self._stories(modes, guided=draws)
        found: list[Signature] = []

        @settings(
            max_examples=stories, database=database, deadline=None, suppress_health_check=list(HealthCheck),
            phases=phases, report_multiple_bugs=False, print_blob=False,
            verbosity=Verbosity.quiet,  # else it tells of slow shrinking on the hunt's standard output
        )  # fmt: skip
        @seeded(f"{self._seed} {name}")  # below: a seed takes the database from the settings of before
        @given(strategy)
        def show(story: Story) -> None:
            told = hash(story.model_dump_json())
            if told in self._standing or (draws and not found and self._has_drawn_all):
                return
            self.drawn += not found
            broken = self._new_in(story)
            if broken is None:
                if self._replay is self._play:  # in virtual time it will stand it again: rounds begin with one story
                    self._standing.add(told)
                return
            if not found:
                found.append(broken.signature)
            raise _shown_as(broken.signature.mode, broken.signature.question)(str(broken.signature))

        # What a device in real time does not show again, the line behind tells; an empty database is no story to skip.
        with suppress(_Shown, Flaky, SkipTest), interrupts_come_out():
            show()
        self._keep_what_was_shown()
        if self._trouble is not None:
            raise _Over

    @property
    def _longest(self) -> int:
        """Stories of a round: few, until it is known that there is nothing to go by."""
        has_none = self.drawn and (self._guidance is None or not self._guidance.knows)
        return _ROUND if has_none else _GUIDED_ROUND

    def _database_of(self, modes: Sequence[Mode]) -> ExampleDatabase | None:
        """Examples that are drawn as those of these modes are; none of those that went by what this hunt has seen."""
        if self._database is None or (self._guidance is not None and self._guidance.knows):
            return None
        return self._database("" if len(modes) == len(self._campaign.modes) else modes[0].value)

    def _stories(self, modes: Sequence[Mode], *, guided: bool) -> SearchStrategy[Story]:
        """Stories in these modes; guided, by what the hunt has seen until now, and nothing that it will see."""
        campaign, guidance = self._campaign, self._guidance if guided else None
        befalls = Befalls(tuple(outages_at(campaign.kinds)), campaign.open().can_restart, campaign.plays_power)
        if guidance is None or not guidance.knows:
            return stories_of(modes, campaign.house, befalls)
        favours, leads = guidance.favours(), guidance.leads(modes)
        drawn = stories_of(modes, campaign.house, befalls, favours)
        return drawn | retold_stories(leads, befalls, favours) if leads else drawn

    def _new_in(self, story: Story, *, alone: bool = False) -> Broken | None:
        """Play a story; what it shows that is not known yet.

        Args:
            alone: whether it is played alone at once; so it is while something is shrunk, anyhow.
        """
        if self._is_unwanted():
            raise _Over
        if self._limits.minutes is not None:
            over_s = self.elapsed_s - 60 * self._limits.minutes
            if over_s > (_SHRINKS_ON_S if self._best else 0):
                raise _Over
        alone = alone or bool(self._best) or self._replay is self._play
        broken = self._played(story, self._replay if alone else self._play)
        if broken and not alone:
            behind_others = {one.signature for one in broken}
            self.unsure |= behind_others  # until it shows alone, whatever comes between
            broken = self._played(story, self._replay)
            self.unsure -= {one.signature for one in broken}
        if not broken:
            return None
        self._show(story, broken[0])
        return broken[0]

    def _played(self, story: Story, play: Callable[..., Played]) -> list[Broken]:
        """Play a story; what of that which it breaks is not known yet."""
        try:
            played = play(story, self._campaign, strict=self._strict)
        except ImpossibleStoryError:
            return []
        except (BenchError, InputError) as error:  # nothing that Hypothesis should look for again
            self._trouble = error
            raise _Over from None
        self.examples += 1
        self.line_s += played.line_s
        self.coverage.add(story, played)
        self.on_story(self)
        if self._guidance is not None and not self._best:
            self._guidance.take(story, played)
        return [one for one in played.broken if not any(known.explains(one.signature) for known in self._known)]

    def _show(self, story: Story, broken: Broken) -> None:
        """Remember the smallest story that shows it: a hunt that is ended while it shrinks has that."""
        key = broken.signature.mode, broken.signature.question
        best = self._best.get(key)
        if best is None or size_of(story) <= size_of(best.story):
            first = self.examples if best is None else best.examples
            self._best[key] = Finding(story, broken, first, self.elapsed_s)

    def _keep_what_was_shown(self, *, again: bool = True) -> None:
        """What a round showed is a finding, if it shows again.

        Args:
            again: whether there is time to see; else it is one as it was seen.
        """
        for finding in sorted(self._best.values(), key=lambda one: size_of(one.story)):
            self._known.add(finding.signature)
            told: Broken | None = finding.broken
            if again and self._trouble is None:
                try:
                    played = self._replay(finding.story, self._campaign, strict=self._strict)
                    told = next((one for one in played.broken if one.signature == finding.signature), None)
                except BenchError as error:  # it cannot be started any more
                    self._trouble = error
            if told is None:
                self.unsure.add(finding.signature)
                continue
            kept = Finding(finding.story, told, finding.examples, self.elapsed_s)
            self.unsure.discard(kept.signature)
            self.findings.append(kept)
            self.on_finding(kept)
        self._best.clear()
