# SPDX-License-Identifier: Apache-2.0
"""A suite cut over several boards: all of it is played, what belongs together by one board, in about equal times."""

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.judgement import Asked
from xky.hil.campaign.shares import shares_of
from xky.hil.campaign.suite import declared_purposes


@pytest.fixture
def campaign() -> Campaign:
    """Over a board on a wire that nobody starts: in real time, at the line's own rate."""
    return Campaign(Options("serial:/dev/null", line="serial:/dev/zero"))


def asked_of(campaign: Campaign) -> list[Asked]:
    """The whole suite, mode by mode."""
    return [Asked(purpose, mode) for mode in campaign.modes for purpose in declared_purposes() if mode in purpose.modes]


@pytest.mark.nightly
@pytest.mark.parametrize("boards", [2, 3])
def test_no_board_has_much_more_than_its_part(campaign: Campaign, boards: int) -> None:
    asked = asked_of(campaign)
    campaign.select(asked)
    whole_s = sum(campaign.lengths_s.values())
    shares = shares_of(campaign, asked, boards)
    for board in range(boards):
        part = Campaign(campaign.options)
        part.select([one for one, share in zip(asked, shares, strict=True) if share == board])
        assert 0 < sum(part.lengths_s.values()) < 1.25 * whole_s / boards


@pytest.mark.nightly
def test_a_step_is_played_by_one_board_whoever_asks_for_it(campaign: Campaign) -> None:
    asked = asked_of(campaign)
    played: dict[object, int] = {}
    for one, share in zip(asked, shares_of(campaign, asked, 3), strict=True):
        for step in one.purpose.stimuli:
            if one.mode in step.modes:
                assert played.setdefault((one.mode, step), share) == share


@pytest.mark.nightly
def test_the_cut_is_the_same_for_every_worker(campaign: Campaign) -> None:
    asked = asked_of(campaign)
    assert shares_of(campaign, asked, 2) == shares_of(Campaign(campaign.options), asked, 2)
