# SPDX-License-Identifier: Apache-2.0
"""How a hunt takes what it is shown: alone or behind others, once or always, and whatever ends it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase
from hypothesis.internal.conjecture.engine import ConjectureRunner

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.oracle import Trail
from xky.hil.hunt.hunt import Hunt
from xky.hil.hunt.tally import Limits, size_of
from xky.hil.stories.judging import Broken, Signature
from xky.hil.stories.playing import Played, play_story
from xky.hil.stories.story import Step, Story
from xky.protocol import BenchError, InputError, Mode

QUICK = Story(step=(Step(),))
Shows = Callable[[Story], bool]


def player(shows: Shows, played: list[Story]) -> Callable[..., Played]:
    """What a device would be that does not stand some stories; no line is played."""
    sound = play_story(QUICK, Campaign(Options("sim:generic"))).record

    def play(story: Story, campaign: Campaign, *, strict: bool = False) -> Played:
        played.append(story)
        signature = Signature(story.mode, "TIC-CHK-1", "damaged")
        return Played(sound, [Broken(signature, "seen", Trail(), "lines")] if shows(story) else [], 1.0)

    return play


def never(story: Story) -> bool:
    return False


def always(story: Story) -> bool:
    return True


def hunt(behind: Shows, alone: Shows, **options: object) -> tuple[Hunt, list[Story], list[Story]]:
    """A hunt of 30 stories on a line that goes on; the stories that were played on it, and those played alone."""
    line, own = list[Story](), list[Story]()
    told = {"limits": Limits(examples=30), **options}
    made = Hunt(
        Campaign(Options("sim:generic")), play=player(behind, line), replay=player(alone, own), turn=10,
        **told,  # type: ignore[arg-type]
    )  # fmt: skip
    return made, line, own


@pytest.mark.nightly
def test_what_shows_only_behind_other_stories_is_told_and_is_no_finding() -> None:
    hunted, line, own = hunt(lambda story: len(story.step) > 2, never)
    hunted.run()
    assert hunted.findings == []
    assert {one.question for one in hunted.unsure} == {"damaged"}
    assert len(line) == 30
    assert own == [story for story in line if len(story.step) > 2]


def test_what_shows_alone_is_a_finding_and_shrinks_alone() -> None:
    hunted, line, own = hunt(always, always, limits=Limits(examples=30, findings=1))
    hunted.run()
    assert len(line) == 1
    assert [one.signature.question for one in hunted.findings] == ["damaged"]
    assert size_of(hunted.findings[0].story) == min(map(size_of, own))
    assert hunted.unsure == set()


def test_an_interrupt_between_two_rounds_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Hypothesis has no engine yet, it makes an AssertionError of it (6.170)."""

    class Interrupted(ConjectureRunner):
        def __init__(self, *_: object, **__: object) -> None:
            raise KeyboardInterrupt

    hunted, _, _ = hunt(never, never)
    monkeypatch.setattr("hypothesis.core.ConjectureRunner", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        hunted.run()


@pytest.mark.nightly
def test_a_device_that_does_not_show_it_again_while_it_is_shrunk_ends_no_hunt() -> None:
    seen: list[Story] = []

    def once(story: Story) -> bool:
        seen.append(story)
        return len(seen) == 1

    hunted, line, _ = hunt(always, once, limits=Limits(examples=20))
    hunted.run()
    assert hunted.findings == []
    assert {one.mode for one in hunted.unsure} >= {Mode.STANDARD}
    assert len(line) >= 2


@pytest.mark.nightly
def test_modes_have_their_turns() -> None:
    hunted, line, _ = hunt(never, never)
    hunted.run()
    assert [story.mode for story in line] == [Mode.STANDARD] * 10 + [Mode.HISTORIC] * 10 + [Mode.STANDARD] * 10


@pytest.mark.nightly
def test_the_same_stories_are_drawn_whatever_was_kept_of_them(tmp_path: Path) -> None:
    def database(name: str) -> ExampleDatabase:
        return DirectoryBasedExampleDatabase(tmp_path / name)

    first, line, _ = hunt(never, never, seed=5)
    first.run()
    again, same, _ = hunt(never, never, seed=5, database=database)
    again.run()
    other, another, _ = hunt(never, never, seed=5, runs=1)
    other.run()
    assert line == same != another


@pytest.mark.nightly
def test_examples_of_a_mode_are_played_again_in_it(tmp_path: Path) -> None:
    def database(name: str) -> ExampleDatabase:
        return DirectoryBasedExampleDatabase(tmp_path / name)

    def historic(story: Story) -> bool:
        return story.mode is Mode.HISTORIC and len(story.step) > 1

    first, _, _ = hunt(historic, historic, database=database, limits=Limits(examples=30, findings=1))
    first.run()
    again, line, own = hunt(historic, historic, database=database, limits=Limits(examples=30, findings=1))
    again.run(draws=False)
    assert [one.story for one in again.findings] == [one.story for one in first.findings]
    assert {story.mode for story in (*line, *own)} == {Mode.HISTORIC}


@pytest.mark.by_day(1)
@pytest.mark.parametrize("error", [BenchError("it does not start"), InputError("no {mqtt} in the command")])
def test_a_device_that_cannot_be_started_ends_the_hunt_with_what_was_shown(error: Exception) -> None:
    def broken(story: Story) -> bool:
        raise error

    hunted, line, _ = hunt(always, broken)
    with pytest.raises(type(error)):
        hunted.run()
    assert len(line) == 1  # and Hypothesis did not take it for a failure of the story
    assert hunted.findings == []
    assert {one.question for one in hunted.unsure} == {"damaged"}


@pytest.mark.nightly
def test_a_device_that_cannot_be_started_again_leaves_what_was_shown_alone_a_finding() -> None:
    starts: list[Story] = []

    def dies(story: Story) -> bool:
        starts.append(story)
        if len(starts) > 1:
            raise BenchError("it does not start")
        return True

    hunted, _, _ = hunt(always, dies)
    with pytest.raises(BenchError):
        hunted.run()
    assert [one.signature.question for one in hunted.findings] == ["damaged"]


def test_a_person_who_ends_a_hunt_in_real_time_waits_for_no_device_and_keeps_what_was_shown() -> None:
    starts: list[Story] = []

    def interrupted(story: Story) -> bool:
        starts.append(story)
        if len(starts) > 2:
            raise KeyboardInterrupt
        return True

    hunted, _, own = hunt(always, interrupted)
    told: list[str] = []
    hunted.on_finding = lambda finding: told.append(finding.broken.reason)
    with pytest.raises(KeyboardInterrupt):
        hunted.run()
    assert told == ["seen"]
    assert len(own) == 3


@pytest.mark.nightly
def test_a_hunt_that_somebody_ended_plays_nothing_more() -> None:
    hunted, line, _ = hunt(never, never, is_unwanted=lambda: len(line) == 7)
    hunted.run()
    assert len(line) == 7
