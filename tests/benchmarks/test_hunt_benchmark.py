# SPDX-License-Identifier: Apache-2.0
"""How many stories a hunt plays and judges, beside Hypothesis drawing the same stories and doing nothing with them."""

import time
from collections.abc import Callable
from statistics import mean

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.hunt.hunt import Hunt
from xky.hil.hunt.strategies import line_stories
from xky.hil.hunt.tally import Limits
from xky.hil.stories.story import Story

STORIES = 1000
LEAST_A_MINUTE = 2000  # of the processor, on one core
LEAST_LINE_S = 30.0


def seconds_of(work: Callable[[], None]) -> float:
    """Seconds of the processor."""
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def drawn_alone(stories: list[Story]) -> Callable[[], None]:
    @seeded(0)
    @settings(
        max_examples=STORIES, database=None, deadline=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )  # fmt: skip
    @given(line_stories(restarts=True))
    def draw(story: Story) -> None:
        stories.append(story)

    return draw


def test_a_hunt_plays_two_thousand_stories_a_minute() -> None:
    stories: list[Story] = []
    bare_s = seconds_of(drawn_alone(stories))
    hunt = Hunt(Campaign(Options("sim:generic")), limits=Limits(examples=STORIES))
    hunt_s = seconds_of(hunt.run)
    a_minute, line_s = 60 * hunt.examples / hunt_s, hunt.line_s / hunt.examples
    print(
        f"\n{a_minute:.0f} stories a minute, mean line {line_s:.0f} s ({hunt.line_s / hunt_s:.0f} x real time); "
        f"bare Hypothesis {60 * len(stories) / bare_s:.0f} a minute: a story costs {hunt_s / bare_s:.1f} bare examples"
    )
    modes = [story.mode for story in stories]
    assert not hunt.findings
    assert line_s >= LEAST_LINE_S
    assert all(story.faults for story in stories)
    assert 0.35 < mean(mode == modes[0] for mode in modes) < 0.65
    assert a_minute >= LEAST_A_MINUTE
