# SPDX-License-Identifier: Apache-2.0
"""Stories put on a line, for the tests of stories."""

from typing import Any

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.record import Record
from xky.hil.stories.playing import Played, play_story
from xky.hil.stories.story import Step, Story

__all__ = ["campaign", "line_of", "played", "story"]


def campaign(device: str = "sim:generic", **told: Any) -> Campaign:
    """What a person chose."""
    return Campaign(Options(device, **told))


def story(*steps: dict[str, Any], seed: int = 0, **meter: Any) -> Story:
    """A story of these steps, on a meter of these settings."""
    return Story.model_validate({"meter": meter, "seed": seed, "step": [Step.model_validate(step) for step in steps]})


def played(told: Story, device: str = "sim:generic", **options: Any) -> Played:
    """It is played on a fresh device."""
    return play_story(told, campaign(device, **options))


def line_of(record: Record, but_for: str = "closing") -> list[tuple[str, float, bytes]]:
    """Frames with their times and bytes, but for those of a step."""
    return [(frame.step, frame.start_s, frame.data) for frame in record.truth if frame.step != but_for]
