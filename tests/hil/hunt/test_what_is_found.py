# SPDX-License-Identifier: Apache-2.0
"""What a hunt finds: what is wrong, made short; nothing of what is sound; the same with the same seed."""

from random import Random

import pytest
from hypothesis import HealthCheck, find, settings
from hypothesis.errors import NoSuchExample
from hypothesis.internal.conjecture import engine

from xky.hil.hunt.hunt import Hunt, Limits
from xky.hil.hunt.strategies import line_stories
from xky.hil.stories.judging import Signature
from xky.hil.stories.story import Story
from xky.protocol import Mode

from ..stories.played import campaign, story

WRONG = {"turns": [[{"name": "wrong_checksum", "label": "SINSTS"}]]}


def hunted(device: str = "sim:generic", *, examples: int = 20, findings: int = 50, seed: int = 0, **told: str) -> Hunt:
    hunt = Hunt(campaign(device, **told), seed=seed, limits=Limits(examples=examples, findings=findings))
    hunt.run()
    return hunt


@pytest.mark.parametrize("strict", [False, True])
def test_a_port_that_is_not_set_as_the_mode_has_it_is_found_where_a_should_counts(strict: bool) -> None:
    hunt = Hunt(campaign(defect="masks-the-parity-bit"), limits=Limits(examples=2), strict=strict)
    hunt.run()
    found = {(one.broken.requirement, one.story.frames, len(one.story.faults)) for one in hunt.findings}
    assert found == ({("TIC-PRT-1", 1, 1)} if strict else set())


@pytest.mark.by_day(1)
@pytest.mark.parametrize("mode", list(Mode))
def test_a_device_that_ignores_the_checksum_is_found_in_twenty_stories_and_shrunk_to_a_frame_and_a_fault(
    mode: Mode,
) -> None:
    hunt = hunted(defect="ignores-checksum", mode=mode, findings=1)
    finding = hunt.findings[0]  # shrinking may come upon more of them
    assert finding.examples <= 20
    assert finding.broken.requirement == "TIC-CHK-1"
    assert (finding.story.frames, len(finding.story.faults), len(finding.story.step)) == (1, 1, 1)
    assert finding.story.meter.phases == 1


@pytest.mark.nightly
def test_shrinking_that_takes_long_prints_nothing_among_what_a_hunt_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "MAX_SHRINKING_SECONDS", 0)
    assert hunted(defect="ignores-checksum", mode=Mode.STANDARD, findings=1).findings
    assert capsys.readouterr() == ("", "")


@pytest.mark.nightly
def test_a_supply_that_fails_is_drawn_for_who_lives_on_it_alone_and_needs_no_fault_beside_it() -> None:
    def fails(story: Story) -> bool:
        return any(step.terminal_a is not None for step in story.step)

    shortest = find(line_stories(["standard"], supply=True), fails, settings=settings(database=None, max_examples=500))
    assert (len(shortest.step), len(shortest.faults)) == (1, 0)
    with pytest.raises(NoSuchExample):
        find(line_stories(["standard"]), fails, settings=settings(database=None, max_examples=100))


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [2, 4, 7])
def test_what_takes_no_restart_and_no_step_of_its_own_fault_is_shrunk_to_one_step(seed: int) -> None:
    quiet = settings(database=None, suppress_health_check=list(HealthCheck), max_examples=2000)
    stories, is_over = line_stories(["historic"], restarts=True), lambda told: any(step.adps for step in told.step)
    shortest = find(stories, is_over, settings=quiet, random=Random(seed))
    assert (len(shortest.step), shortest.frames, len(shortest.faults)) == (1, 1, 1)
    assert not shortest.step[0].restart


@pytest.mark.nightly
def test_a_board_that_hangs_on_a_cold_start_is_found_by_its_supply() -> None:
    hunt = hunted("sim:winky-c6", defect="lacks-a-wake-up-circuit", examples=500, findings=1, seed=1)
    (finding,) = hunt.findings
    assert finding.broken.requirement == "XKY-PWR-2"
    assert finding.story.step[-1].terminal_a is not None


@pytest.mark.nightly
@pytest.mark.parametrize("defect", ["counts-seconds-in-32-bits", "knows-no-leap-day"])
def test_what_goes_wrong_on_rare_days_alone_is_found_by_a_meter_that_starts_there(defect: str) -> None:
    (finding,) = hunted(defect=defect, mode=Mode.STANDARD, examples=500, findings=1, seed=1).findings
    assert (finding.story.frames, len(finding.story.faults)) == (1, 1)


@pytest.mark.nightly
def test_the_same_seed_and_examples_find_the_same_and_others_draw_others() -> None:
    first, again, other = (hunted(defect="knows-no-sizes", examples=8, seed=seed) for seed in (3, 3, 4))
    assert [(one.signature, one.story) for one in first.findings] == [
        (one.signature, one.story) for one in again.findings
    ]
    assert (first.examples, first.line_s, first.coverage) == (again.examples, again.line_s, again.coverage)
    assert first.coverage != other.coverage


@pytest.mark.by_day(1)
@pytest.mark.parametrize("device", ["sim:generic", "sim:auto"])
@pytest.mark.parametrize("mode", list(Mode))
def test_a_sound_device_survives(device: str, mode: Mode) -> None:
    hunt = hunted(device, mode=mode, examples=10)
    assert [f"{one.signature}: {one.broken.reason}" for one in hunt.findings] == []
    assert hunt.examples >= 8


@pytest.mark.nightly
@pytest.mark.parametrize("device", ["sim:winky-c6", "sim:winky-c6-tasmota", "sim:eky"])
def test_a_sound_board_survives(device: str) -> None:
    hunt = hunted(device, examples=3)
    assert [f"{one.signature}: {one.broken.reason}" for one in hunt.findings] == []


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("device", "examples"),
    [
        ("generic", 5000), ("auto", 5000), ("eky", 2000), ("winky-c6", 1000), ("winky-c6-tasmota", 600),
        ("winky-lab", 600), ("loky", 300),
    ],
)  # fmt: skip
def test_sound_devices_survive_a_night(device: str, examples: int, seed: int) -> None:
    hunt = hunted(f"sim:{device}", examples=examples, seed=seed)
    assert [f"{one.signature}: {one.broken.reason} {one.story}" for one in hunt.findings] == []


@pytest.mark.nightly
def test_what_is_known_is_not_looked_for_and_what_is_saved_is_found_first() -> None:
    known = [Signature(mode, "TIC-CHK-1", "damaged") for mode in Mode]
    hunt = Hunt(campaign(defect="ignores-checksum"), limits=Limits(examples=1))
    hunt.run(known=known, saved=[story(WRONG)])
    assert "damaged" not in {one.signature.question for one in hunt.findings}
    hunt = Hunt(campaign(defect="ignores-checksum"), limits=Limits(examples=1))
    hunt.run(saved=[story(WRONG)])
    assert hunt.findings[0].story == story(WRONG)


@pytest.mark.nightly
def test_a_hunt_ends_when_its_time_is_up_by_its_own_clock() -> None:
    now = iter(range(0, 10_000, 20))
    hunt = Hunt(campaign(), limits=Limits(minutes=1), clock=lambda: float(next(now)))
    hunt.run()
    assert 0 < hunt.examples < 10


@pytest.mark.nightly
def test_what_was_covered_is_told() -> None:
    hunt = hunted(examples=8)
    assert hunt.line_s > 8 * 5
    assert hunt.coverage.labels
    assert sum(hunt.coverage.faults.values()) >= 6
    assert hunt.coverage.states
    assert hunt.coverage.blocks == set()
