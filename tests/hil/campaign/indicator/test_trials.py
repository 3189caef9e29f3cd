# SPDX-License-Identifier: Apache-2.0
"""The trials of an indicator on simulated boards: sound ones pass, each defect is seen, the evidence tells it again."""

from pathlib import Path
from typing import Any

import pytest

from xky.boards import known_defects
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.evidence import read_records
from xky.hil.campaign.indicator.light_record import LightRecord
from xky.hil.campaign.indicator.trials import IndicatorTrials
from xky.hil.campaign.judge_again import judge_again
from xky.hil.campaign.suite import declared_purposes
from xky.protocol import Mode

PURPOSES = {one.id for one in declared_purposes() if one.requirement.about_light}
ASKED = tuple(sorted(PURPOSES))
DEFECTS = [name for name in known_defects() if name.startswith("indicator-")]


def certified(folder: Path, **options: Any) -> dict[str, Any]:
    return certify(Campaign(Options("sim:labelled", only=ASKED, **options)), folder)


def verdicts(report: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (one["id"], one["mode"]): one["verdict"]
        for requirement in report["requirements"]
        for one in requirement["purposes"]
    }


@pytest.mark.parametrize("scheme", ["flashes", "steady"])
def test_a_sound_indicator_passes_by_either_scheme(scheme: str, tmp_path: Path) -> None:
    statement = tmp_path / "statement.toml"
    statement.write_text(f'[indicator]\nhistoric = "{scheme}"\nstandard = "{scheme}"\n', encoding="utf-8")
    report = certified(tmp_path / "report", statement=statement)
    assert set(verdicts(report).values()) == {"pass"}
    assert len(verdicts(report)) == 2 * len(PURPOSES) == 24
    assert report["verdict"] == "pass"


@pytest.mark.nightly
def test_each_test_of_an_indicator_is_failed_by_a_defect_that_fails_nothing_else(tmp_path: Path) -> None:
    seen = set()
    for number, name in enumerate(DEFECTS):
        mode = (Mode.HISTORIC, Mode.STANDARD)[number % 2]
        report = certified(tmp_path / name, defect=name, mode=mode)
        failed = {id_ for (id_, _), verdict in verdicts(report).items() if verdict == "fail"}
        defect = known_defects()[name]
        by = {id_.partition("/")[0] for id_ in failed}
        assert defect.must_fail <= by <= defect.must_fail | defect.may_fail, name
        assert "inconclusive" not in verdicts(report).values(), name
        seen |= failed
    assert seen == PURPOSES


def test_the_evidence_alone_gives_the_verdicts_of_the_light_again(tmp_path: Path) -> None:
    campaign = Campaign(Options("sim:labelled", only=ASKED, defect="indicator-forgives", mode="historic"))
    certify(campaign, tmp_path)
    record = read_records(tmp_path / "evidence")[Mode.HISTORIC]
    assert record.light == campaign.records[Mode.HISTORIC].light
    assert record.light is not None and len(record.light.stretches) == 17
    again = {one.purpose.id: (one.verdict, one.reason) for one in judge_again({Mode.HISTORIC: record})}
    for one in campaign.conclusions:
        assert again[one.purpose.id] == (one.verdict, one.reason)


def test_a_device_without_an_indicator_is_asked_nothing_about_it(tmp_path: Path) -> None:
    report = certify(Campaign(Options("sim:generic", only=("TIC-LED-1",), mode="standard")), tmp_path)
    assert {one["reason"] for one in report["requirements"][0]["purposes"]} == {
        "the device's file tells of no indicator ([indicator])"
    }


@pytest.mark.nightly
def test_a_device_that_finds_the_mode_by_itself_is_given_its_time_to_find_back(tmp_path: Path) -> None:
    statement = tmp_path / "statement.toml"
    statement.write_text("[indicator]\n", encoding="utf-8")
    options = Options("sim:auto", only=("TIC-LED-1", "TIC-LED-2", "TIC-LED-3"), statement=statement)
    assert set(verdicts(certify(Campaign(options), tmp_path / "report")).values()) == {"pass"}


@pytest.mark.nightly
def test_a_run_that_is_cut_in_its_trials_goes_on_with_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(trials: IndicatorTrials) -> LightRecord:
        raise KeyboardInterrupt

    options = Options("sim:labelled", only=("TIC-LED-3", "TIC-CHK-1", "XKY-PWR-1"), mode="standard")
    with monkeypatch.context() as patched:
        patched.setattr(IndicatorTrials, "play", interrupted)
        report = certify(Campaign(options), tmp_path)
    assert report["aborted"] is True
    by_requirement = {one["id"]: one["verdict"] for one in report["requirements"]}
    assert by_requirement == {"TIC-CHK-1": "pass", "TIC-LED-3": "inconclusive", "XKY-PWR-1": "inconclusive"}
    report = certify(Campaign(options), tmp_path, resume=True)
    assert report["verdict"] == "pass" and report["decided"] == 3


@pytest.mark.nightly
@pytest.mark.parametrize("scheme", ["flashes", "steady"])
def test_a_sound_indicator_passes_with_two_hundred_seeds(scheme: str, tmp_path: Path) -> None:
    statement = tmp_path / "statement.toml"
    statement.write_text(f'[indicator]\nhistoric = "{scheme}"\nstandard = "{scheme}"\n', encoding="utf-8")
    for seed in range(200):
        report = certified(tmp_path / "report", statement=statement, seed=seed)
        assert set(verdicts(report).values()) == {"pass"}, seed
