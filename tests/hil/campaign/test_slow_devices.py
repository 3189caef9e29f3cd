# SPDX-License-Identifier: Apache-2.0
"""Devices that are sound and do not report each frame: what they leave out is not due."""

from dataclasses import replace
from pathlib import Path

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.judge_again import judge_again
from xky.hil.campaign.suite import run_suite
from xky.hil.campaign.verdict import Verdict
from xky.protocol import Mode

from ..stories.played import played, story

SLOW = """
id = "slow"
title = "One that reports one frame in four"
modes = ["historic", "standard"]

[limits]
freshness_s = 20.0
completeness_s = 25.0
recovery_s = 25.0
"""


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(("one_in", "board"), [(4, SLOW), (2, "")], ids=["limits", "default"])
def test_who_reports_one_frame_in_some_within_its_limits_passes(
    one_in: int, board: str, mode: Mode, tmp_path: Path
) -> None:
    """With limits of its own, which make the plan longer; and with those that everybody has."""
    (tmp_path / "slow.toml").write_text(board)
    campaign = Campaign(Options("sim:generic", board=str(tmp_path / "slow.toml") if board else None, mode=mode))
    run_suite(campaign)
    record = campaign.records[mode]
    every = record.readings
    for first in range(one_in):
        record.readings = every[first::one_in]
        broken = [one for one in judge_again({mode: record}) if one.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE)]
        assert [(one.purpose.id, one.reason) for one in broken] == []


@pytest.mark.parametrize("mode", list(Mode))
def test_who_is_late_on_a_busy_machine_skips_nothing(mode: Mode) -> None:
    record = played(story({}, {}, mode=mode)).record
    every, period_s = record.readings, record.truth[0].end_s - record.truth[0].start_s
    record.readings = [replace(one, at_s=one.at_s + 0.8 * period_s) for one in every]
    assert not record.skips_frames
    record.readings = every[::2]
    assert record.skips_frames
