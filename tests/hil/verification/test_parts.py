# SPDX-License-Identifier: Apache-2.0
"""A run that was resumed, or quick, judged again by its evidence: each purpose on the record of its own part."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xky.hil import verify
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.verification.replayed import Replayed
from xky.protocol import Mode

OPTIONS = Options(
    "sim:generic", mode="standard", defect="ignores-checksum", only=("TIC-CHK-1", "TIC-CHK-2", "TIC-SND-1")
)
Change = Callable[[dict[str, Any]], None]


def replayed(folder: Path) -> Replayed:
    told = verify(folder, replay=True).replayed
    assert told is not None
    return told


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resumed")

    def step(mode: Mode, name: str, number: int) -> None:
        if number == 4:
            raise KeyboardInterrupt

    certify(Campaign(OPTIONS, on_step=step), folder)
    report = certify(Campaign(OPTIONS), folder, resume=True)
    assert report["verdict"] == "fail"
    assert {purpose.get("part") for one in report["requirements"] for purpose in one["purposes"]} == {1, None}
    return folder


def test_a_resumed_run_is_judged_again_part_by_part(resumed: Path) -> None:
    told = replayed(resumed)
    assert told.other == () and told.same > 10


def by_part(report: dict[str, Any], part: int | None) -> dict[str, Any]:
    of = (purpose for one in report["requirements"] for purpose in one["purposes"])
    return next(one for one in of if one.get("part") == part and one["verdict"] == "fail")


def forget_the_part(report: dict[str, Any]) -> None:
    del by_part(report, 1)["part"]


def pass_it(report: dict[str, Any]) -> None:
    by_part(report, 1)["verdict"] = "pass"


def make_it_one_of_before(report: dict[str, Any]) -> None:
    by_part(report, None)["part"] = 1


def skip_it(report: dict[str, Any]) -> None:
    by_part(report, 1).update(skipped=True, verdict="pass")


@pytest.mark.nightly
@pytest.mark.parametrize("change", [forget_the_part, pass_it, make_it_one_of_before, skip_it])
def test_another_part_or_verdict_is_told(change: Change, resumed: Path, tmp_path: Path) -> None:
    path = resumed / "report.json"
    before = path.read_bytes()
    report = json.loads(before)
    change(report)
    try:
        path.write_text(json.dumps(report), encoding="utf-8")
        assert replayed(resumed).other
    finally:
        path.write_bytes(before)


@pytest.mark.nightly
def test_what_quick_skipped_needs_no_evidence(tmp_path: Path) -> None:
    report = certify(Campaign(Options("sim:winky-c6", mode="standard", quick=True)), tmp_path)
    assert report["decided"] == 0
    told = replayed(tmp_path)
    assert told.other == () and told.same == sum(len(one["purposes"]) for one in report["requirements"])
