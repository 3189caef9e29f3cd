# SPDX-License-Identifier: Apache-2.0
"""Stimulus files: a story is read back as it was written, and what a hand put wrong is told by file, line and key."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from xky.boards import Board, board_named
from xky.hil.bench.devices import Device, open_device
from xky.hil.campaign.oracle import Trail
from xky.hil.campaign.performance import play
from xky.hil.hunt.strategies import line_stories
from xky.hil.stories.judging import Broken, Signature
from xky.hil.stories.outages import OUTAGES
from xky.hil.stories.stimulus_file import read_stimulus, write_stimulus
from xky.hil.stories.story import Step, Story, plan_of, stimuli_of
from xky.protocol import InputError, Mode

BROKEN = Broken(
    Signature(Mode.STANDARD, "TIC-CHK-1", "damaged"),
    'said "it" \\ and →',
    Trail(["1.00 s: EAST→1→A"], ["b"], ["c"]),
    "",
)
GOOD = """schema = "xky-stimulus/1"
requirement = "TIC-CHK-1"
mode = "standard"

[[step]]
turns = [
    [{ name = "wrong_checksum", label = "EAST" }],
]
"""


def written(folder: Path, story: Story) -> Story:
    path = folder / "a.stim.toml"
    write_stimulus(path, story, BROKEN, device="sim:generic", board="generic")
    return read_stimulus(path).story


def as_told(story: Story) -> dict[str, Any]:
    told = story.model_dump(mode="json", exclude_unset=True)
    return told | {"meter": {"mode": story.mode.value} | told.get("meter", {})}


@settings(
    max_examples=max(15, settings().max_examples // 25),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=line_stories(servers=list(OUTAGES), restarts=True, supply=True))
def test_any_story_is_read_back_as_it_was_written(story: Story, tmp_path: Path) -> None:
    again = written(tmp_path, story)
    assert as_told(again) == as_told(story)
    assert [step.befalls for step in again.step] == [step.befalls for step in story.step]


def sent(story: Story) -> list[tuple[float, bytes]]:
    record = play(plan_of(story, stimuli_of(story)), *_generic(), seed=story.seed)
    return [(frame.start_s, frame.data) for frame in record.truth]


def _generic() -> tuple[Device, Board]:
    return open_device("sim:generic"), board_named("generic")


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=line_stories())
def test_what_was_read_back_puts_the_same_bytes_on_the_line(story: Story, tmp_path: Path) -> None:
    try:
        before = sent(story)
    except InputError:  # its meter cannot do what it tells
        return
    assert sent(written(tmp_path, story)) == before


def test_the_file_tells_what_was_found_on_what_and_keeps_no_more_than_was_told(tmp_path: Path) -> None:
    story = Story(seed=3, step=(Step.model_validate({"load_va": 100.0, "turns": [[{"name": "noise", "length": 9}]]}),))
    path = tmp_path / "a.stim.toml"
    write_stimulus(path, story, BROKEN, device="sim:winky-c6", board="winky-c6", defect="ignores-checksum")
    found = read_stimulus(path)
    assert (found.device, found.board, found.defect) == ("sim:winky-c6", "winky-c6", "ignores-checksum")
    assert (found.requirement, found.reason) == ("TIC-CHK-1", BROKEN.reason)
    assert (found.sent, found.expected, found.seen) == (("1.00 s: EAST→1→A",), ("b",), ("c",))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# A stimulus: play it again with `xky certify DEVICE --replay FILE`.\n")
    assert text.endswith(
        '[[step]]\nload_va = 100.0\nturns = [\n    [\n        { name = "noise", length = 9 },\n    ],\n]\n'
    )


@pytest.mark.parametrize(
    ("claims", "schema"),
    [
        ({}, "xky-stimulus/1"),
        ({"labels": ("EAST", "SINSTS")}, "xky-stimulus/2"),
        ({"labels": ()}, "xky-stimulus/2"),
        ({"statement": Path("my/gateway.toml")}, "xky-stimulus/2"),
        ({"labels": ("EAST",), "statement": Path("a.toml")}, "xky-stimulus/2"),
    ],
)
def test_what_the_device_claimed_is_kept_and_a_file_without_stays_of_the_first_version(
    claims: dict[str, Any], schema: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.stim.toml"
    story = Story(step=(Step.model_validate({}),))
    write_stimulus(path, story, BROKEN, device="sim:generic", board="generic", **claims)
    found = read_stimulus(path)
    assert (found.format, found.labels, found.statement) == (schema, claims.get("labels"), claims.get("statement"))


WRONG = [
    ('schema = "xky-stimulus/1"', 'schema = "xky-stimulus/3"', r":1: schema = .*'xky-stimulus/1' or 'xky-stimulus/2'"),
    ('mode = "standard"', 'mode = "standard"\nlabels = ["EAST"]',
     r":4: labels: is not known to xky-stimulus/1; write schema = \"xky-stimulus/2\""),
    ('mode = "standard"', 'mode = "standard"\nstatement = "a.toml"', r":4: statement: is not known to xky-stimulus/1"),
    ('/1"\n', '/2"\nlabels = ["EAST", "WEST"]\n', r":2: labels .*'WEST': no such label; write names as Enedis does"),
    ('schema = "xky-stimulus/1"\n', "", r"schema: .*(missing|required|wanted)"),
    ('requirement = "TIC-CHK-1"\n', "", r"requirement: .*(missing|required|wanted)"),
    ('mode = "standard"', 'mode = "both"', r":3: mode = .*historic"),
    ('mode = "standard"', 'mode = "standard"\nsed = 3', r":4: sed"),
    ('mode = "standard"', 'mode = "standard"\nseed = -1', r":4: seed = -1"),
    ('mode = "standard"', 'mode = "standard"\n[meter]\nmode = "historic"', r"meter: has mode historic"),
    ('mode = "standard"', 'mode = "standard"\n[meter]\nphases = 2', r":5: meter\.phases = 2"),
    ('mode = "standard"', 'mode = "standard"\n[meter]\ncontract = "hp"', r"meter\.contract.*hp"),
    ("wrong_checksum", "wrong_checksums", r":[67]: step\.0\.turns.*wrong_checksums.*Did you mean wrong_checksum\?"),
    ('label = "EAST"', 'labels = "EAST"', r":[67]: step\.0\.turns.*label"),
    ('name = "wrong_checksum"', "name = 3", r":[67]: step\.0\.turns.*has no name; write one of altered_digit"),
    ('[{ name = "wrong_checksum", label = "EAST" }]', '{ name = "wrong_checksum", label = "EAST" }',
     r":[67]: step\.0\.turns.*expected a list of faults for each frame"),
    ("turns = [", 'faults = []\nturns = [', r"step\.0.*faults: a story has them frame by frame; write turns"),
    ("turns = [", 'terminal_a = { share = 0 }\nturns = [', r"step\.0.*terminal_a: .*write for_s"),
    ("turns = [", 'server = "broker asleep"\nturns = [', r":6: step\.0\.server = .*broker away"),
    ("turns = [", 'adir = [9]\nturns = [', r":6: step\.0\.adir"),
    (GOOD[GOOD.index("[[step]]"):], "", r"step: .*(missing|required|wanted)"),
    (GOOD[GOOD.index("[[step]]"):], "step = []", r":5: step"),
    ("[[step]]", "[[step]", r":5: "),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "expected"), WRONG)
def test_what_a_hand_put_wrong_is_told_in_one_line_with_file_line_and_key(
    good: str, bad: str, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "by-hand.stim.toml"
    assert good in GOOD
    path.write_text(GOOD.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(InputError, match=expected) as told:
        read_stimulus(path)
    assert str(told.value).startswith(str(path))
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.stim\.toml: .*") as told:
        read_stimulus(tmp_path / "none.stim.toml")
    assert "\n" not in str(told.value)
