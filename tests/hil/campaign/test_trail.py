# SPDX-License-Identifier: Apache-2.0
"""What a person is shown of a failed purpose: the groups that it is about, before all others."""

from typing import Any

import pytest

from xky.emulator import Truth
from xky.hil.bench.reading import Reading
from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.oracle import AccusationKind, Case
from xky.hil.campaign.requirement import Purpose, Requirement
from xky.hil.campaign.stimulus import Stimulus, household
from xky.hil.campaign.verdict import PurposeFailed

from .test_oracle import CALM, OTHER, oracle_of, reading, truth_of


def sent_of_failed(truth: Truth, *readings: Reading) -> list[str]:
    """What soundness shows of a device that said this."""
    purpose = Purpose(Requirement("R", "", ""), "p", (Stimulus("step 0", household),))
    case = Case(purpose, oracle_of(truth, *readings))
    with pytest.raises(PurposeFailed):
        case.no_value_is(*AccusationKind)
    return case.trail.sent


def failed(requirement: str, defect: str, **options: Any) -> list[dict[str, Any]]:
    """Purposes of a requirement, tried alone, that a defect fails."""
    report = certify("sim:generic", defect=defect, only=[requirement], **options)
    return [p for one in report["requirements"] for p in one["purposes"] if p["verdict"] == "fail"]


def test_a_value_never_sent_shows_the_last_group_with_its_label() -> None:
    assert sent_of_failed(truth_of(CALM, OTHER), reading(0.5, EAST="002188832")) == ["0.00 s: EAST→002188830→-"]


def test_a_value_never_sent_under_its_label_shows_under_which_it_was() -> None:
    assert sent_of_failed(truth_of(CALM), reading(0.5, EAST="00394")) == [
        "0.00 s: EAST→002188830→-", "0.02 s: SINSTS→00394→V",
    ]  # fmt: skip


def test_no_label_hides_behind_another_that_is_wrong_more_often() -> None:
    wrong = [reading(0.5 + 0.01 * number, EAST=f"00000000{number}") for number in range(8)]
    shown = sent_of_failed(truth_of(CALM), *wrong, reading(0.6, SINSTS="1", EAST="7"), reading(0.61, PAPP="7"))
    assert shown == ["0.00 s: EAST→002188830→-", "0.02 s: SINSTS→00394→V"]


def test_a_label_that_was_never_sent_is_said_to_be_so() -> None:
    assert sent_of_failed(truth_of(CALM), reading(0.5, PAPP="7")) == [
        "no group PAPP, and none with such words, up to 0.50 s"
    ]


def test_soundness_of_a_run_shows_groups_and_not_how_many_frames_there_were() -> None:
    [purpose] = failed("TIC-SND-1", "reads-stge-as-decimal", mode="standard")
    assert all("STGE→" in line for line in purpose["sent"])


def test_what_never_arrived_is_shown_before_what_did() -> None:
    [purpose] = failed("TIC-LNK-4", "matches-labels-by-prefix", mode="standard")
    assert purpose["reason"].startswith("SINSTS sent intact and never reported")
    assert ": SINSTS→" in purpose["sent"][0]


def test_a_group_longer_than_any_is_shown_by_its_ends() -> None:
    report = certify("sim:generic", mode="standard", only=["TIC-LNK-9"])
    [sent] = [p["sent"] for one in report["requirements"] for p in one["purposes"] if one["id"] == "TIC-LNK-9"]
    assert any("PRM→0000" in line and line.endswith("(overlong value)") for line in sent)
    assert all(len(line) < 150 for line in sent)
