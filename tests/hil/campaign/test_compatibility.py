# SPDX-License-Identifier: Apache-2.0
"""Compatibility, the axis beside must and should: a device may conform, and fail on the meters that exist."""

from typing import Any

import pytest

from xky.hil import certify
from xky.hil.campaign.headline_notes import headline_notes
from xky.hil.campaign.suite import declared_purposes

FIELD = [one.id for one in dict.fromkeys(one.requirement for one in declared_purposes()) if one.compatibility]


def report_of(defect: str | None, **more: Any) -> dict[str, Any]:
    return certify("sim:generic", defect=defect, only=["TIC-LNK-4", "TIC-CMP-1", *FIELD], **more)


def test_there_are_meters_of_both_modes() -> None:
    assert FIELD == ["TIC-FLD-1", "TIC-FLD-2", "TIC-FLD-3"]


def test_a_sound_device_is_compatible() -> None:
    report = report_of(None)
    assert (report["verdict"], report["compatibility"]) == ("pass", "pass")
    assert headline_notes(report) == []


def test_a_device_may_conform_and_fail_on_meters_of_today() -> None:
    defect = "waits-for-the-injection-curve"
    report = certify("sim:generic", defect=defect, mode="standard")
    assert (report["verdict"], report["compatibility"]) == ("pass", "fail")
    assert headline_notes(report) == ["compatibility with meters in the field: fail"]
    marked = {one["id"]: one["verdict"] for one in report["requirements"] if one.get("compatibility")}
    assert marked == {"TIC-FLD-2": "fail", "TIC-FLD-3": "pass"}


@pytest.mark.nightly
def test_it_counts_when_a_should_does() -> None:
    defect = "waits-for-the-injection-curve"
    assert certify("sim:generic", defect=defect, mode="standard", strict=True)["verdict"] == "fail"


@pytest.mark.parametrize("only", ["TIC-CHK-1", "TIC-LNK-4"])
def test_where_none_of_it_was_asked_nothing_is_said(only: str) -> None:
    assert "compatibility" not in certify("sim:generic", mode="standard", only=[only])
