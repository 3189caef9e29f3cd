# SPDX-License-Identifier: Apache-2.0
"""A run that a person cuts short: what was settled by then is decided, nothing else, and the evidence says the same."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from xky.hil.archive.contents import contents_of
from xky.hil.campaign import campaign as campaign_module
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.certify_device import certify as certify_device
from xky.hil.campaign.condition import FED
from xky.hil.campaign.evidence import read_records
from xky.hil.campaign.judge_again import judge_again
from xky.hil.verification.judged_again import judged_again
from xky.protocol import Mode

from ...schema import require_schema

SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))
Verdicts = dict[tuple[str, str], str]


def cut_short(options: Options, at_step: int, folder: Path) -> dict[str, Any]:
    """The report of a run that is interrupted as a step begins."""

    def step(mode: Mode, name: str, number: int) -> None:
        if number == at_step:
            raise KeyboardInterrupt

    report = certify(Campaign(options, on_step=step), folder)
    assert json.loads((folder / "report.json").read_text(encoding="utf-8")) == report
    require_schema(report, SCHEMA)
    assert report["aborted"] is True
    return report


def verdicts(report: Mapping[str, Any]) -> Verdicts:
    return {(p["id"], p["mode"]): p["verdict"] for one in report["requirements"] for p in one["purposes"]}


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("cut")
    return cut_short(Options("sim:generic", mode="standard"), 12, folder), folder


def test_a_sound_device_is_not_accused_of_what_it_had_no_time_for(cut: tuple[dict[str, Any], Path]) -> None:
    told = verdicts(cut[0])
    assert set(told.values()) == {"pass", "inconclusive", "not applicable"}
    assert list(told.values()).count("pass") > 10
    assert cut[0]["verdict"] == "inconclusive"


def test_what_asks_for_the_whole_run_is_not_decided(cut: tuple[dict[str, Any], Path]) -> None:
    told = verdicts(cut[0])
    for purpose in ("TIC-CMP-1/speaks", "TIC-SND-1/sent", "TIC-FRS-1/fresh", "TIC-LBL-1/every-label"):
        assert told[purpose, "standard"] == "inconclusive"
    reasons = {p["reason"] for one in cut[0]["requirements"] for p in one["purposes"] if p["verdict"] == "inconclusive"}
    assert all("cut short" in reason or "never" in reason or "8N1" in reason for reason in reasons), reasons


@pytest.mark.nightly
def test_what_does_not_concern_the_device_is_not_undecided_for_want_of_time(cut: tuple[dict[str, Any], Path]) -> None:
    whole = certify_device("sim:generic", mode="standard")
    others = {key for key, verdict in verdicts(whole).items() if verdict == "not applicable"}
    still = {key for key, verdict in verdicts(cut[0]).items() if verdict == "not applicable"}
    assert ("TIC-MOD-2/detects", "standard") in still and ("XKY-UPL-1/broker-away", "standard") in still
    assert still == others
    assert cut[0]["total"] == whole["total"]


def test_evidence_of_a_run_cut_short_gives_its_verdicts_again(cut: tuple[dict[str, Any], Path]) -> None:
    again = judge_again(read_records(cut[1] / "evidence"))
    assert {(one.purpose.id, one.mode.value): one.verdict.value for one in again} == verdicts(cut[0])


def test_what_a_device_should_not_have_said_stands(tmp_path: Path) -> None:
    report = cut_short(Options("sim:generic", mode="standard", defect="ignores-checksum"), 6, tmp_path)
    assert report["verdict"] == "fail"
    failed = [id_ for (id_, _), verdict in verdicts(report).items() if verdict == "fail"]
    assert failed and all(id_.startswith(("TIC-CHK", "TIC-CHR", "TIC-LNK", "TIC-SND")) for id_ in failed)


@pytest.mark.nightly
def test_the_mode_that_was_not_begun_is_not_decided(tmp_path: Path) -> None:
    report = cut_short(Options("sim:generic"), 0, tmp_path)
    for mode in Mode:
        told = {id_: verdict for (id_, of), verdict in verdicts(report).items() if of == mode}
        assert set(told.values()) == {"inconclusive", "not applicable"}
        assert told["TIC-CHK-1/altered-digit"] == told["TIC-CMP-1/speaks"] == "inconclusive"
        assert told["XKY-LRW-2/counters"] == told["TIC-MOD-2/detects"] == "not applicable"
    assert judged_again(contents_of(tmp_path), None).other == ()
    assert [path.name for path in (tmp_path / "evidence").iterdir() if path.is_dir()] == ["historic"]


@pytest.mark.nightly
def test_a_run_cut_before_its_first_frame_has_a_report_that_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(campaign_module, "play", interrupted)
    report = certify(Campaign(Options("sim:generic", mode="historic")), tmp_path)
    assert (report["aborted"], report["verdict"], report["decided"]) == (True, "inconclusive", 0)
    assert report["total"] > 30
    told = verdicts(report)
    assert (told["TIC-CHK-1/altered-digit", "historic"], told["TIC-MOD-2/detects", "historic"]) == (
        "inconclusive", "not applicable",
    )  # fmt: skip


@pytest.mark.nightly
def test_trials_of_power_that_were_cut_short_are_not_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(campaign_module.PowerTrials, "play", interrupted)
    report = certify(Campaign(Options("sim:winky-c6", mode="historic")), tmp_path)
    told = verdicts(report)
    power = {verdict for (id_, _), verdict in told.items() if id_.startswith("XKY-PWR")}
    assert power == {"inconclusive", "not applicable"}  # no reading of its voltage: nothing to be misled by
    assert {verdict for (id_, _), verdict in told.items() if id_.startswith("TIC")} <= {"pass", "not applicable"}
    assert report["verdict"] == "inconclusive"


@pytest.mark.realtime
def test_power_of_a_program_is_no_less_of_no_concern_when_its_run_was_cut(tmp_path: Path) -> None:
    """Its board lives on terminals I1-A by its description; nothing feeds a program, whatever is played."""
    reader = Path(__file__).parents[3] / "docs/examples/reader.py"
    only = ("XKY-PWR-1", "XKY-PWR-2", "XKY-PWR-3", "XKY-PWR-7", "XKY-PWR-8")
    options = Options(f"exec:{sys.executable} {reader} {{port}} {{mode}}", board="winky-c6", mode="historic",
                      speed=50.0, only=only)  # fmt: skip
    report = cut_short(options, 0, tmp_path)
    purposes = [purpose for one in report["requirements"] for purpose in one["purposes"]]
    assert {one["verdict"] for one in purposes} == {"not applicable"}
    assert {one["reason"] for one in purposes if not one["id"].startswith("XKY-PWR-8")} == {FED.otherwise}
    assert json.loads((tmp_path / "evidence/historic/run.json").read_text())["unfed"] is True
    assert judged_again(contents_of(tmp_path), None).other == ()


def test_power_of_what_the_bench_may_feed_stays_undecided_when_its_run_was_cut(tmp_path: Path) -> None:
    report = cut_short(Options("sim:winky-c6", mode="historic", only=("XKY-PWR-1",)), 0, tmp_path)
    assert report["requirements"][0]["verdict"] == "inconclusive"
    assert "unfed" not in json.loads((tmp_path / "evidence/historic/run.json").read_text())
