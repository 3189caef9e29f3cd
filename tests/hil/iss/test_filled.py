# SPDX-License-Identifier: Apache-2.0
"""How far an image filled its buffers, which a hunt goes by."""

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.iss.filled import STACK
from xky.hil.stories.playing import Played, play_story
from xky.hil.stories.story import Step, Story

from ...riscv import BOARD, needs_riscv, receiver

pytestmark = needs_riscv


def played(fault: int, *faults: dict[str, object], **step: object) -> Played:
    told = Story(step=(Step.model_validate({"turns": [list(faults)], **step}),))
    return play_story(told, Campaign(Options(f"iss:{receiver(fault)}", board=str(BOARD))))


@pytest.mark.nightly
def test_a_longer_group_fills_the_buffer_of_a_receiver_further_and_a_restart_forgets_nothing() -> None:
    plain = played(0).filled
    longer = played(0, {"name": "overlong_value", "label": "PREF", "length": 105}).filled
    assert plain["group"] < longer["group"] <= 120
    again = played(0, {"name": "overlong_value", "label": "PREF", "length": 105}, restart=True).filled
    assert again["group"] == longer["group"]


@pytest.mark.by_day(0)
def test_a_receiver_that_calls_itself_for_each_blank_has_a_deeper_stack_for_more_of_them() -> None:
    few, more = (
        played(6, {"name": "overlong_value", "label": "PREF", "length": length, "blanks": True}).filled[STACK]
        for length in (2, 6)
    )
    assert 0 < few < more < 2048
