# SPDX-License-Identifier: Apache-2.0
"""What a purpose expects says which rule is tried, and reads well for one label and for many."""

from typing import Any

import pytest

from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.judgement import Asked, Conclusion
from xky.hil.campaign.oracle import Trail
from xky.hil.campaign.suite import declared_purposes
from xky.hil.campaign.verdict import Verdict
from xky.protocol import Mode


@pytest.fixture(scope="module")
def purposes() -> dict[str, Any]:
    """What a device that checks no data came to."""
    only = ("TIC-SIZ-1", "TIC-SIZ-3", "TIC-CHR-1")
    report = certify("sim:generic", defect="ignores-checksum", mode="standard", only=only)
    return {purpose["id"]: purpose for one in report["requirements"] for purpose in one["purposes"]}


@pytest.mark.parametrize(("purpose", "expected"), [
    ("TIC-SIZ-1/wrong-size", "refused: a known label has its fixed size"),
    ("TIC-SIZ-3/letters", "refused: a number has digits only"),
    ("TIC-SIZ-3/control-character", "refused: a text has no control character"),
])  # fmt: skip
def test_what_is_expected_is_the_rule_that_the_fault_breaks(
    purposes: dict[str, Any], purpose: str, expected: str
) -> None:
    assert purposes[purpose]["expected"] == [expected]


def test_a_value_in_a_reason_is_quoted_and_nothing_in_it_is_invisible(purposes: dict[str, Any]) -> None:
    failed = [one for one in purposes.values() if one["verdict"] == "fail" and one["reason"].endswith(" was reported")]
    assert failed
    for one in failed:
        assert one["reason"].split(" = ", 1)[1][0] in "'\""
    told = [line for one in purposes.values() for line in (one["reason"], *one["sent"], *one["expected"], *one["seen"])]
    assert [line for line in told if not line.isprintable()] == []


def test_several_damaged_labels_are_not_reported_and_one_is_not() -> None:
    report = certify("sim:generic", mode="standard", only=("TIC-CHK-1",))
    told = [line for one in report["requirements"] for of in one["purposes"] for line in of["expected"]]
    assert {("," in line, " are not " in line) for line in told} == {(False, False), (True, True)}


def test_a_label_that_damage_made_is_told_by_its_codes() -> None:
    asked = Asked(next(iter(declared_purposes())), Mode.STANDARD)
    trail = Trail(["1.00 s: A"], ["the damaged DAT\x05 is not reported"], ["DAT\x05"])
    told = Conclusion(asked, Verdict.FAIL, "DAT\x05 = '' was reported", trail)
    assert told.reason == "DAT<0x05> = '' was reported"
    assert told.trail.expected == ["the damaged DAT<0x05> is not reported"]
    assert told.trail.seen == ["DAT<0x05>"]
