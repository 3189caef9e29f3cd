# SPDX-License-Identifier: Apache-2.0
"""The whole run: what a device says is true, fresh, and complete."""

from xky.hil.campaign.oracle import AccusationKind, Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.conformance import stimuli

CMP_1 = Requirement(
    "TIC-CMP-1",
    clause="xKy: completeness",
    text="The device reports, to the end of the run, and reports again what has changed, in time.",
)


@purpose(CMP_1, "speaks", stimuli.CHANGE)
def test_the_device_speaks(case: Case) -> None:
    case.the_device_speaks()


@purpose(CMP_1, "changes", stimuli.CHANGE)
def test_changes_arrive(case: Case) -> None:
    case.changes_arrive()


SND_1 = Requirement("TIC-SND-1", clause="xKy: soundness", text="Every value reported was sent under that label.")


@purpose(SND_1, "sent", stimuli.CHANGE)
def test_every_value_was_sent_under_its_label(case: Case) -> None:
    case.no_value_is(AccusationKind.UNSENT)


FRS_1 = Requirement(
    "TIC-FRS-1",
    clause="54E §6.2.1.5; xKy: freshness",
    text="Every value reported is fresh: two frame periods and two seconds old at most, or as the board states.",
)


@purpose(FRS_1, "fresh", stimuli.WRONG_CHECKSUM)
def test_every_value_is_fresh(case: Case) -> None:
    case.no_value_is(AccusationKind.STALE)


@purpose(FRS_1, "missing-group", stimuli.WRONG_CHECKSUM)
def test_a_group_that_is_missing_is_not_made_up(case: Case) -> None:
    case.a_missing_group_is_not_made_up()
