# SPDX-License-Identifier: Apache-2.0
"""``certify --quick``: forty seconds a mode, and nothing that was left out passes for decided."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from xky.hil.archive.contents import contents_of
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.certify_device import certify as certify_device
from xky.hil.verification.judged_again import judged_again
from xky.protocol import Mode

from ...command import xky
from ...schema import require_schema

SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))
QUICK_S = 40.0


def purposes(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [purpose for one in report["requirements"] for purpose in one["purposes"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quick")


@pytest.fixture(scope="module")
def quick(folder: Path) -> tuple[dict[str, Any], Campaign]:
    campaign = Campaign(Options("sim:generic", quick=True))
    report = certify(campaign, folder)
    require_schema(report, SCHEMA)
    return report, campaign


def test_each_mode_is_played_for_forty_seconds_at_most(quick: tuple[dict[str, Any], Campaign]) -> None:
    lengths_s = {mode: record.duration_s for mode, record in quick[1].records.items()}
    assert set(lengths_s) == set(Mode)
    assert all(0.8 * QUICK_S < length_s <= QUICK_S for length_s in lengths_s.values()), lengths_s


def test_what_is_left_out_is_skipped_and_undecided(quick: tuple[dict[str, Any], Campaign]) -> None:
    report = quick[0]
    told = purposes(report)
    skipped = [one for one in told if "skipped" in one]
    assert skipped and {(one["verdict"], one["reason"], one["skipped"]) for one in skipped} == {
        ("inconclusive", "skipped by --quick", True)
    }
    assert {one["verdict"] for one in told if "skipped" not in one} <= {"pass", "not applicable"}
    assert (report["verdict"], report["partial"]) == ("inconclusive", True)
    whole = certify_device("sim:generic", only=["TIC-CHK-1", "TIC-TAR-4"])
    assert {(one["id"], one["mode"]) for one in purposes(whole)} <= {(one["id"], one["mode"]) for one in told}


@pytest.mark.nightly
def test_what_does_not_concern_the_device_is_not_left_out_as_skipped(
    quick: tuple[dict[str, Any], Campaign], folder: Path
) -> None:
    of_no_concern = {(one["id"], one["mode"]): one for one in purposes(quick[0]) if one["verdict"] == "not applicable"}
    whole = certify_device("sim:generic")
    assert set(of_no_concern) == {(o["id"], o["mode"]) for o in purposes(whole) if o["verdict"] == "not applicable"}
    detects = of_no_concern["TIC-MOD-2/detects", "standard"]
    assert (detects["reason"], "skipped" in detects) == (
        "the board does not claim to find the TIC mode by itself",
        False,
    )
    assert quick[0]["total"] == whole["total"]
    assert judged_again(contents_of(folder), None).other == ()


@pytest.mark.nightly
def test_what_is_left_out_is_skipped_in_junit_and_no_error(
    quick: tuple[dict[str, Any], Campaign], folder: Path
) -> None:
    suite = ElementTree.parse(folder / "junit.xml").getroot().find("testsuite")
    assert suite is not None
    left_out = sum(one["reason"] == "skipped by --quick" for one in purposes(quick[0]))
    others = sum(one["verdict"] == "not applicable" for one in purposes(quick[0]))
    assert (suite.get("errors"), suite.get("skipped")) == ("0", str(left_out + others))


@pytest.mark.nightly
def test_most_of_what_musts_ask_about_damage_is_among_what_is_played(quick: tuple[dict[str, Any], Campaign]) -> None:
    passed = {(one["id"], one["mode"]) for one in purposes(quick[0]) if one["verdict"] == "pass"}
    for mode in Mode:
        assert ("TIC-CHK-1/altered-digit", mode) in passed
        assert ("TIC-CHK-4/other-rule", mode) in passed


@pytest.mark.nightly
def test_the_choice_is_the_same_again(quick: tuple[dict[str, Any], Campaign], tmp_path: Path) -> None:
    again = Campaign(Options("sim:generic", quick=True, defect="drops-zero-indexes", mode="standard"))
    certify(again, tmp_path)
    assert again.quick[Mode.STANDARD] == quick[1].quick[Mode.STANDARD]


@pytest.mark.nightly
def test_a_defect_that_shows_is_exit_1_and_none_is_exit_3(tmp_path: Path) -> None:
    arguments = ("sim:generic", "--mode", "standard", "--quick")
    broken = xky("certify", *arguments, "--defect", "ignores-checksum", cwd=tmp_path)
    assert (broken.returncode, broken.stdout.splitlines()[-1].split()[0]) == (1, "FAIL")
    sound = xky("certify", *arguments, cwd=tmp_path)
    assert (sound.returncode, sound.stdout.splitlines()[-1].split()[0]) == (3, "INCONCLUSIVE")
    assert "note: partial: standard: --quick played" in sound.stdout


@pytest.mark.nightly
def test_a_board_that_sleeps_for_longer_is_told_that_nothing_has_room(tmp_path: Path) -> None:
    report = certify(Campaign(Options("sim:winky-c6", mode="standard", quick=True)), tmp_path)
    assert (report["decided"], report["duration_s"]) == (0, 0)
    assert report["remarks"][0].startswith("partial: standard: --quick skipped all ")
    require_schema(report, SCHEMA)


def test_what_is_asked_for_alone_is_quick_too(tmp_path: Path) -> None:
    options = Options("sim:generic", mode="historic", quick=True, only=("TIC-CHK-4", "TIC-LBL-6/another-meter"))
    report = certify(Campaign(options), tmp_path)
    assert {one["id"]: one["verdict"] for one in purposes(report)} == {
        "TIC-CHK-4/other-rule": "pass", "TIC-CHK-4/other-rule-alone": "pass", "TIC-LBL-6/another-meter": "inconclusive",
    }  # fmt: skip


@pytest.mark.parametrize(("arguments", "complaint"), [
    (("--defects", "--quick"), "--defects: tries all of them on simulated boards; leave --quick out"),
    (("sim:generic", "--replay", "x.stim.toml", "--quick"), "--quick: is that of a run of the suite;"),
])  # fmt: skip
def test_quick_where_it_means_nothing_is_exit_2(arguments: tuple[str, ...], complaint: str, tmp_path: Path) -> None:
    run = xky("certify", *arguments, cwd=tmp_path)
    assert run.returncode == 2 and run.stderr.startswith(f"xky: {complaint}")
