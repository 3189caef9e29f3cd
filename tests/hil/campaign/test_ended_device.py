# SPDX-License-Identifier: Apache-2.0
"""A device that ends before its plan does: what it died of is failed, and what it did not live to see is undecided."""

from dataclasses import replace

import pytest

from xky.emulator import Truth
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.evidence import read_records
from xky.hil.campaign.judge_again import judge_again
from xky.hil.campaign.record import Record
from xky.hil.campaign.verdict import Verdict
from xky.protocol import Mode

STEP = "odd groups"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A sound device in one step, and the clean frames behind it."""
    folder = tmp_path_factory.mktemp("whole")
    certify(Campaign(Options("sim:generic", mode="standard", only=("TIC-SIZ-2/recovers",))), folder)
    return read_records(folder / "evidence")[Mode.STANDARD]


def ended_in(step: str, whole: Record) -> Record:
    """The same device, had it ended at the end of a step."""
    last = whole.frames(step)[-1]
    truth = Truth()
    for frame in list(whole.truth)[: last.number + 1]:
        truth.append(frame)
    said = [one for one in whole.readings if one.at_s <= last.end_s]
    return replace(whole, truth=truth, readings=said, ended="exit status 1", ended_s=last.end_s)


def verdict_on(record: Record) -> tuple[Verdict, str]:
    (told,) = [one for one in judge_again({Mode.STANDARD: record}) if one.purpose.id == "TIC-SIZ-2/recovers"]
    return told.verdict, told.reason


def test_it_does_not_recover_from_the_step_in_which_it_ended(whole: Record) -> None:
    assert verdict_on(whole)[0] is Verdict.PASS
    assert verdict_on(ended_in(STEP, whole)) == (Verdict.FAIL, "the device ended in this step (exit status 1)")


def test_of_a_step_that_it_did_not_live_to_see_nothing_is_decided(whole: Record) -> None:
    verdict, reason = verdict_on(ended_in(whole.truth[0].step, whole))
    assert (verdict, reason) == (Verdict.INCONCLUSIVE, "not played: the device had ended (exit status 1)")
