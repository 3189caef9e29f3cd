# SPDX-License-Identifier: Apache-2.0
"""A hunt by many: the same is found by whoever hunts, each finding once, and whatever ends it, nothing is lost."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from xky.emulator.faults import made_fault
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.oracle import Trail
from xky.hil.hunt import shared_hunt
from xky.hil.hunt.hunt import Hunt
from xky.hil.hunt.shared_hunt import Catch, Share, SharedHunt, hunt_by, hunt_share
from xky.hil.hunt.tally import Coverage, Finding, Limits
from xky.hil.stories.judging import Broken, Signature
from xky.hil.stories.story import Step, Story
from xky.hil.workers import Workers
from xky.protocol import BenchError, Mode

DEFECT = Options("sim:generic", defect="ignores-checksum", mode="standard")
SHORT = Limits(examples=4)


class TwoHere(Workers):
    """Two who are one: they hunt in this process, and the last is the first to come back."""

    number = 2

    def results(self, work: Callable[..., Any], tasks: Any) -> Iterator[Any]:
        yield from [work(*task) for task in tasks][::-1]


def use(hands: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def these(jobs: int, scheduler: str | None) -> Iterator[Workers]:
        yield hands

    monkeypatch.setattr(shared_hunt, "workers", these)


def told(hunt: SharedHunt) -> list[tuple[str, str, str]]:
    """As a stimulus file has it."""
    return [
        (str(one.signature), one.story.model_dump_json(exclude_unset=True), one.broken.reason) for one in hunt.findings
    ]


def hunted(**options: Any) -> SharedHunt:
    hunt = SharedHunt(Campaign(DEFECT), **{"jobs": 2, "seed": 1, "limits": SHORT, **options})
    hunt.run()
    return hunt


@pytest.fixture(scope="module")
def here() -> SharedHunt:
    with pytest.MonkeyPatch.context() as patch:
        use(TwoHere(), patch)
        return hunted()


@pytest.mark.nightly
def test_two_processes_find_the_same(here: SharedHunt) -> None:
    there = hunted()
    assert told(there) == told(here) != []
    assert (there.examples, there.line_s) == (here.examples, pytest.approx(here.line_s))
    assert there.coverage == here.coverage


@pytest.mark.nightly
def test_a_cluster_finds_the_same(here: SharedHunt) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, host="127.0.0.1", protocol="tcp://", dashboard_address=None
    ) as cluster:
        there = hunted(scheduler=cluster.scheduler_address)
    assert told(there) == told(here)


@pytest.mark.nightly
def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xky.hil.workers._CONNECT_S", 0.2)
    with pytest.raises(BenchError, match=r"--scheduler tcp://127.0.0.1:9: does not answer"):
        hunted(scheduler="tcp://127.0.0.1:9")


def finding(signature: Signature, frames: int) -> Finding:
    story = Story(step=(Step(turns=((made_fault(name="wrong_checksum", label="EAST"),),) * frames),))
    return Finding(story, Broken(signature, f"{frames} frames", Trail(), "lines"), examples=frames)


ONE, OTHER = (Signature(Mode.STANDARD, "TIC-CHK-1", "damaged", frozenset({name})) for name in ("noise", "cut"))
BOTH = Signature(Mode.STANDARD, "TIC-CHK-1", "damaged", ONE.context | OTHER.context)


class Told(Workers):
    """Brings what a test says, wave by wave, and ends as it says."""

    def __init__(self, *waves: Sequence[Sequence[Finding]], end: BaseException | None = None) -> None:
        self.number = len(waves[0])
        self.shares: list[list[Share]] = []
        self._waves, self._end = iter(waves), end

    def results(self, work: Callable[..., Any], tasks: Any) -> Iterator[Any]:
        self.shares.append([task[0] for task in tasks])
        wave = next(self._waves)
        self._late = [self._catch(share, found) for share, found in zip(self.shares[-1], wave, strict=True)]
        if self._end is not None and len(self.shares) > 1:
            yield self._late.pop(0)
            raise self._end
        yield from self._late

    def rest(self, within_s: float) -> Sequence[Any]:
        return self._late

    def _catch(self, share: Share, found: Sequence[Finding]) -> Catch:
        return Catch(
            share.number, found, frozenset(), 10, share.limits.examples or 0, 5.0, Coverage({"EAST"}),
            {"": {b"key": {f"example {len(self.shares)} {share.number}".encode()}}}, None,
        )  # fmt: skip


@pytest.mark.nightly
def test_each_finding_is_told_once_and_the_smaller_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Told([[finding(ONE, 5), finding(BOTH, 4)], [finding(ONE, 2)]], [[], [finding(OTHER, 3)]])
    use(hands, monkeypatch)
    hunt = hunted(limits=Limits(examples=900))
    assert [(one.signature, one.broken.reason) for one in hunt.findings] == [(ONE, "2 frames"), (OTHER, "3 frames")]
    assert [[share.limits.examples for share in wave] for wave in hands.shares] == [[250, 250], [200, 200]]
    assert {share.seed for wave in hands.shares for share in wave} == {"1 0 0 0", "1 0 0 1", "1 0 1 0", "1 0 1 1"}
    assert [share.known for share in hands.shares[1]] == [(ONE,), (ONE,)]
    assert (hunt.examples, hunt.line_s, hunt.coverage.labels) == (40, 20.0, {"EAST"})
    assert [one.examples for one in hunt.findings] == [2, 20 + 3]


@pytest.mark.by_day(1)
@pytest.mark.parametrize("end", [KeyboardInterrupt(), BenchError("a process ended before its work")])
def test_whatever_ends_it_keeps_what_was_found_until_then(
    end: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(Told([[finding(ONE, 2)], []], [[], [finding(OTHER, 3)]], end=end), monkeypatch)

    def database(name: str) -> ExampleDatabase:
        return DirectoryBasedExampleDatabase(tmp_path / name)

    hunt = SharedHunt(Campaign(DEFECT), jobs=2, limits=Limits(examples=1000), database=database)
    with pytest.raises(type(end)):
        hunt.run()
    assert [one.signature for one in hunt.findings] == [ONE, OTHER]
    assert hunt.examples == 40
    assert {*database("").fetch(b"key")} == {b"example %d %d" % (wave, one) for wave in (1, 2) for one in (0, 1)}


@pytest.mark.nightly
def test_a_share_that_nobody_wants_any_more_brings_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def unwanted() -> bool:
        asked.append(True)
        return len(asked) > 5

    monkeypatch.setattr(shared_hunt, "is_unwanted", unwanted)
    catch = hunt_share(Share(0, replace(DEFECT, defect=None), "1 0 0 0", Limits(examples=100), (), strict=False))
    assert (catch.drawn, catch.trouble) == (6, None)
    assert catch.examples == 5


@pytest.mark.nightly
def test_what_ends_a_share_is_told_behind_what_all_found(monkeypatch: pytest.MonkeyPatch) -> None:
    use(TwoHere(), monkeypatch)
    missing = replace(DEFECT, device="exec:cat {port}", defect=None, probes=("mqtt",))
    hunt = SharedHunt(Campaign(missing), jobs=2, limits=SHORT)
    with pytest.raises(Exception, match=r"no {mqtt} in the command"):
        hunt.run()


def test_every_core_hunts_where_that_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    virtual, program = Campaign(DEFECT), Campaign(Options("exec:cat {port}"))

    def by(campaign: Campaign, jobs: int | None, **limits: Any) -> int:
        with hunt_by(campaign, jobs, None, limits=Limits(**limits)) as hunt:
            return 1 if isinstance(hunt, Hunt) else hunt.jobs or 0

    assert [by(virtual, None, minutes=1), by(virtual, None, examples=5000), by(virtual, 2, examples=5)] == [3, 3, 2]
    assert [by(virtual, None, minutes=1, examples=5), by(virtual, None, minutes=0.1), by(virtual, 1)] == [1, 1, 1]
    assert [by(program, None, minutes=60), by(program, 2, minutes=60)] == [1, 2]
