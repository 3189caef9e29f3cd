# SPDX-License-Identifier: Apache-2.0
"""A story in a test of three lines: by the function, and by the fixture of a pytest run."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from xky.hil import line_stories, stand
from xky.hil.stories.stand import RequirementBrokenError
from xky.hil.stories.story import Story
from xky.protocol import InputError

from .played import story

WRONG = {"turns": [[{"name": "wrong_checksum", "label": "SINSTS"}]]}

QUIET = ("-p", "no:cacheprovider", "-p", "no:schemathesis")  # the latter takes values out of failing examples

pytest_plugins = ["pytester"]


def test_a_sound_device_stands_a_story_and_the_record_tells_what_it_said() -> None:
    record = stand(story(WRONG), "sim:generic")
    assert record.readings
    assert len(record.frames("step 1")) == 1


def test_a_defective_one_fails_with_what_was_sent_and_seen() -> None:
    with pytest.raises(AssertionError, match=r"^TIC-CHK-1: .* SINSTS = '[0-9]+' repeats a damaged group") as told:
        stand(story(WRONG), "sim:generic", defect="ignores-checksum")
    assert isinstance(told.value, RequirementBrokenError)
    assert [one.requirement for one in told.value.broken] == ["TIC-CHK-1"]
    assert "\n  sent: " in str(told.value)
    assert "\n  seen: " in str(told.value)


def test_requirements_have_classes_of_their_own_so_that_shrinking_does_not_slip() -> None:
    kinds = set()
    for defect, step in (("ignores-checksum", WRONG), ("drops-damaged-frame", WRONG)):
        with pytest.raises(RequirementBrokenError) as told:
            stand(story(step), "sim:generic", defect=defect)
        kinds.add(type(told.value))
    assert len(kinds) == 2


def test_a_story_in_a_mode_that_the_board_does_not_read_is_told_with_how_to_mend_it() -> None:
    with pytest.raises(
        InputError, match=r"board papsdroid reads historic only; write line_stories\(modes=\['historic'\]\)"
    ):
        stand(story(WRONG), "sim:generic", board="papsdroid")


@pytest.mark.nightly
def test_what_a_meter_cannot_do_is_an_error_by_hand_and_no_example_of_hypothesis() -> None:
    wrong = story({"adir": (1,)}, {"set": {"BASE": 1}})
    with pytest.raises(InputError):
        stand(wrong, "sim:generic")

    @settings(max_examples=5, deadline=None, database=None)
    @given(line_stories(["standard"]))
    def draws(_: Story) -> None:
        stand(wrong, "sim:generic")

    with pytest.raises(Exception, match="50 inputs were filtered out"):
        draws()


THREE_LINES = """
    from hypothesis import Phase, given, settings
    from xky.hil import line_stories

    @settings(max_examples=10, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(story=line_stories(modes=["standard"]))
    def test_my_firmware_stands_whatever_is_on_the_line(stand, story):
        stand(story)
"""


@pytest.mark.nightly
@pytest.mark.parametrize(("options", "passed", "failed"), [((), 1, 0), (("--xky-defect", "ignores-checksum"), 0, 1)])
def test_three_lines_are_a_hunt_of_ones_own(
    pytester: pytest.Pytester, options: tuple[str, ...], passed: int, failed: int
) -> None:
    pytester.makepyfile(THREE_LINES)
    run = pytester.runpytest_subprocess("--xky-device", "sim:generic", *options, *QUIET)  # a process without it
    run.assert_outcomes(passed=passed, failed=failed)
    if failed:
        run.stdout.fnmatch_lines(["*RequirementBrokenError: TIC-CHK-1: *", "*story=Story(meter={'mode': 'standard'*"])


def test_without_a_device_it_says_so_in_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(THREE_LINES)
    run = pytester.runpytest_inprocess(*QUIET)
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(["no device: give --xky-device*"])


def test_the_options_of_a_run_inside_another_are_those_of_the_inner_one(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    from xky.hil.pytest_options import run_under_way

    outer = run_under_way()
    pytester.makepyfile(
        "from xky.hil.pytest_options import option, run_under_way\n"
        "def test_a():\n    assert option(run_under_way(), 'device') == 'sim:eky'\n"
    )
    pytester.runpytest_inprocess("--xky-device", "sim:eky", *QUIET).assert_outcomes(passed=1)
    assert run_under_way() is outer
