# SPDX-License-Identifier: Apache-2.0
"""A hunt by many: on every core of this machine, or on those of a Dask cluster.

It goes in waves. In each wave everybody hunts with a seed of his own, and knows what was found in the waves before;
then what they found is put together, each finding once, the smaller of two. So the same seed, number of stories and
of those who hunt find the same, whoever is the faster.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from hypothesis.database import ExampleDatabase, InMemoryExampleDatabase

from xky.protocol import BenchError, InputError

from ..campaign.campaign import Campaign, Options
from ..stories.judging import Signature
from ..stories.stand import campaign_for
from ..stories.story import Story
from ..workers import Workers, is_unwanted, workers
from .hunt import Hunt
from .hunt_on import hunt_on
from .tally import Coverage, Finding, Limits, Tally, size_of

__all__ = ["SharedHunt", "hunt_by"]

_WAVE, _WAVE_IN_REAL_TIME = 250, 20  # stories of each
_WORTH_MINUTES, _WORTH_EXAMPLES = 0.5, 1000  # with less, starting processes lasts longer than the hunt
_ENDS_WITHIN_S = 1.5  # real seconds from Ctrl-C until those who hunt have said what they have


@dataclass(frozen=True, slots=True)
class Share:
    """What one has to hunt in a wave.

    Attributes:
        number: of the one.
        options: what a person chose.
        seed: of the stories.
        limits: how long it goes on.
        known: what is not looked for.
        strict: a should counts as well.
    """

    number: int
    options: Options
    seed: str
    limits: Limits
    known: tuple[Signature, ...]
    strict: bool


@dataclass(frozen=True, slots=True)
class Catch:
    """What came of it.

    Attributes:
        number: of the one.
        drawn: stories that count.
        saved: examples of the database, by its name and their key.
        trouble: why it ended before its time; None: it did not.
    """

    number: int
    findings: Sequence[Finding]
    unsure: frozenset[Signature]
    examples: int
    drawn: int
    line_s: float
    coverage: Coverage
    saved: dict[str, dict[bytes, set[bytes]]]
    trouble: BenchError | InputError | None


def hunt_by(
    campaign: Campaign, jobs: int | None, scheduler: str | None, *, limits: Limits, **options: Any
) -> "AbstractContextManager[Hunt | SharedHunt]":
    """A hunt by so many; when the block is left, nothing of its device runs any more.

    Args:
        campaign: what a person chose.
        jobs: processes; None: every core in virtual time where that is worth it, else one.
        scheduler: address of a Dask scheduler in the place of processes.
        limits: how long it goes on.
        options: of ``Hunt``.
    """
    if scheduler is None and (jobs or _jobs_for(campaign, limits)) == 1:
        return hunt_on(campaign, limits=limits, **options)
    many = jobs if scheduler is not None else jobs or _jobs_for(campaign, limits)
    return nullcontext(SharedHunt(campaign, jobs=many, scheduler=scheduler, limits=limits, **options))


def _jobs_for(campaign: Campaign, limits: Limits) -> int:
    minutes, examples = limits.minutes, limits.examples
    is_long = (minutes is None or minutes >= _WORTH_MINUTES) and (examples is None or examples >= _WORTH_EXAMPLES)
    return (os.cpu_count() or 1) if campaign.virtual and is_long else 1


class SharedHunt(Tally):
    """A hunt by many.

    Args:
        campaign: what a person chose: the device, its board, where it is listened to.
        jobs: processes; with a cluster so many at once, None: as many as it has threads.
        scheduler: address of a Dask scheduler; None: processes of this machine.
        seed, runs, limits, strict, database: as of ``Hunt``.
    """

    def __init__(
        self,
        campaign: Campaign,
        *,
        jobs: int | None,
        scheduler: str | None = None,
        seed: int = 0,
        runs: int = 0,
        limits: Limits,
        strict: bool = False,
        database: Callable[[str], ExampleDatabase] | None = None,
    ) -> None:
        super().__init__()
        self.jobs = jobs
        self._campaign, self._scheduler = campaign, scheduler
        self._seed, self._limits, self._strict, self._database = f"{seed} {runs}", limits, strict, database
        self._known: list[Signature] = []
        self._drawn = 0
        self._began_s = time.monotonic()

    def run(self, known: Iterable[Signature] = (), saved: Sequence[Story] = ()) -> None:
        """Hunt until the limits are reached; see ``Hunt.run``."""
        self._known = [*known]
        self._look_again(saved)
        if self._is_over():
            return
        with workers(self.jobs or 1, self._scheduler) as hands:
            many, wave = self.jobs or hands.number, 0
            while not self._is_over():
                self._wave(hands, many, wave)
                wave += 1

    def _look_again(self, saved: Sequence[Story]) -> None:
        """What hunts before found, in this process: it is soon done."""
        with hunt_on(self._campaign, strict=self._strict, database=self._database) as hunt:
            hunt.on_finding = self._keep
            try:
                hunt.run(self._known, saved, draws=False)
            finally:
                self.unsure |= hunt.unsure
                self.add(hunt.examples, hunt.line_s, hunt.coverage)

    def _keep(self, finding: Finding) -> None:
        self._known.append(finding.signature)
        self.unsure.discard(finding.signature)
        self.findings.append(finding)
        self.on_finding(finding)

    def _is_over(self) -> bool:
        limits = self._limits
        return (
            (limits.examples is not None and self._drawn >= limits.examples)
            or (limits.minutes is not None and self._left_minutes(limits.minutes) <= 0)
            or len(self.findings) >= limits.findings
        )

    def _left_minutes(self, minutes: float) -> float:
        return minutes - (time.monotonic() - self._began_s) / 60

    def _wave(self, hands: Workers, many: int, wave: int) -> None:
        began_s, before = time.monotonic() - self._began_s, self.examples
        caught: list[Catch] = []
        trouble: BaseException | None = None
        try:
            for catch in hands.results(hunt_share, [(share,) for share in self._shares(many, wave)]):
                caught.append(catch)
                self.add(catch.examples, catch.line_s, catch.coverage)
        except (KeyboardInterrupt, BenchError) as error:
            trouble = error
            for catch in hands.rest(_ENDS_WITHIN_S):
                caught.append(catch)
                self.add(catch.examples, catch.line_s, catch.coverage)
        caught.sort(key=lambda one: one.number)
        self._put_together(caught, began_s, before)
        trouble = trouble or next((one.trouble for one in caught if one.trouble is not None), None)
        if trouble is not None:
            raise trouble

    def _shares(self, many: int, wave: int) -> list[Share]:
        """One for each, and not more stories than are left."""
        most = _WAVE if self._campaign.virtual else _WAVE_IN_REAL_TIME
        limits = self._limits
        left = many * most if limits.examples is None else limits.examples - self._drawn
        minutes = None if limits.minutes is None else self._left_minutes(limits.minutes)
        sizes = [min(most, (left + place) // many) for place in range(many)]
        own = [
            Limits(size, minutes, findings=1) for size in sizes
        ]  # then the others are told, before they find it, too
        return [
            Share(
                place, self._campaign.options, f"{self._seed} {wave} {place}", limits, tuple(self._known), self._strict
            )
            for place, limits in enumerate(own) if limits.examples
        ]  # fmt: skip

    def _put_together(self, caught: Sequence[Catch], began_s: float, before: int) -> None:
        """Each finding of a wave once, the smallest first: it makes others known."""
        for catch in caught:
            self._drawn += catch.drawn
            self.unsure |= catch.unsure
            if self._database is not None:
                for name, examples in catch.saved.items():
                    _save(self._database(name), examples)
        found = [finding for catch in caught for finding in catch.findings]
        for finding in sorted(found, key=lambda one: size_of(one.story)):
            if not any(known.explains(finding.signature) for known in self._known):
                self._keep(replace(finding, examples=before + finding.examples, after_s=began_s + finding.after_s))


def _save(database: ExampleDatabase, examples: Mapping[bytes, set[bytes]]) -> None:
    for key, values in examples.items():
        for value in sorted(values):
            database.save(key, value)


def hunt_share(share: Share) -> Catch:
    """Hunt a share, on whichever core."""
    saved: dict[str, InMemoryExampleDatabase] = {}

    def database(name: str) -> ExampleDatabase:
        return saved.setdefault(name, InMemoryExampleDatabase())

    trouble: BenchError | InputError | None = None
    with hunt_on(
        campaign_for(share.options), seed=share.seed, limits=share.limits, strict=share.strict, database=database,
        is_unwanted=is_unwanted,
    ) as hunt:  # fmt: skip
        try:
            hunt.run(share.known)
        except (BenchError, InputError) as error:
            trouble = error
    return Catch(
        share.number, hunt.findings, frozenset(hunt.unsure), hunt.examples, hunt.drawn, hunt.line_s, hunt.coverage,
        {name: one.data for name, one in saved.items()}, trouble,
    )  # fmt: skip
