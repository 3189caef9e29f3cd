# SPDX-License-Identifier: Apache-2.0
"""What stands beside the verdict in one line: the one cause of many rows that were not played."""

from typing import Any

from xky.hil.campaign.headline_notes import headline_notes
from xky.hil.campaign.wording import Wording

ENDED = "not played: the device had ended (exit status 1)"


def report_of(*reasons: str) -> dict[str, Any]:
    purposes = [{"verdict": "inconclusive", "reason": reason} for reason in reasons]
    return {"requirements": [{"verdict": "inconclusive", "purposes": [purpose]} for purpose in purposes]}


def test_a_device_that_ended_is_named_once_for_all_that_it_kept_from_being_played() -> None:
    (note,) = headline_notes(report_of(ENDED, "no reading told", ENDED, ENDED))
    assert note == "the device had ended (exit status 1): 3 purposes were not played"
    assert Wording("fr").say(note) == "l'appareil s'était arrêté (code de sortie 1) : 3 objectifs non joués"


def test_one_purpose_that_was_not_played_tells_it_by_itself() -> None:
    assert headline_notes(report_of(ENDED, "no reading told")) == []
