# SPDX-License-Identifier: Apache-2.0
"""A story told step by step puts on the line what the whole one does."""

import pytest
from hypothesis import given, settings

from xky.emulator.meter_file.meter_file import MeterFile
from xky.hil.hunt.strategies import line_stories
from xky.hil.stories.live_story import LiveStory
from xky.hil.stories.story import Step, Story
from xky.protocol import InputError

from .played import campaign, line_of, played, story

WRONG = [[{"name": "wrong_checksum", "label": "SINSTS"}]]


@settings(max_examples=max(5, settings().max_examples // 100))
@given(told=line_stories(restarts=True))
def test_steps_that_come_one_by_one_put_the_same_bytes_on_the_line_at_the_same_times(told: Story) -> None:
    try:
        whole = played(told).record
    except InputError:  # its meter cannot do what it tells
        return
    with LiveStory(campaign(), told.meter, seed=told.seed) as live:
        for step in told.step:
            live.tell(step)
        live.end()
        broken = live.broken()
    assert live.story == told
    assert broken == []
    assert [(frame.step, frame.start_s, frame.data) for frame in live.bench.truth] == line_of(whole, but_for="")
    assert [(one.at_s, one.said) for one in live.bench.readings] == [(one.at_s, one.said) for one in whole.readings]


def test_time_stands_still_until_the_next_step_is_told() -> None:
    with LiveStory(campaign(), MeterFile()) as live:
        before_s, frames = live.bench.env.now, len(live.bench.truth)
        assert frames > 0
        live.tell(Step(load_va=3000.0))
        assert live.bench.env.now > before_s
        assert {frame.step for frame in live.bench.truth[frames:]} == {"step 1"}


def test_what_is_settled_is_judged_before_the_end_and_the_rest_is_not() -> None:
    with LiveStory(campaign(defect="ignores-checksum"), MeterFile()) as live:
        assert live.broken() == []
        live.tell(Step(turns=WRONG))
        assert [one.requirement for one in live.broken()] == ["TIC-CHK-1"]
    with LiveStory(campaign(defect="drops-damaged-frame"), MeterFile()) as live:
        live.tell(Step(turns=WRONG))
        assert live.broken() == []
        live.end()
        assert [one.requirement for one in live.broken()] == ["TIC-CHK-2"]


def test_what_the_meter_of_now_cannot_do_is_refused_and_nothing_of_it_is_played() -> None:
    with LiveStory(campaign(), MeterFile()) as live:
        with pytest.raises(InputError, match="single-phase meter has no ADIR"):
            live.tell(Step(adir=(1,)))
        assert live.story == story({})
        live.tell(Step.model_validate({"exchange": {"phases": 3}}))
        live.tell(Step(adir=(1,)))
        assert len(live.story.step) == 2


def test_a_device_in_real_time_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"^exec:cat \{port\}: runs in real time, where no line waits"):
        LiveStory(campaign("exec:cat {port}"), MeterFile())
