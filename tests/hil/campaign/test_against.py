# SPDX-License-Identifier: Apache-2.0
"""``certify --against``: a run laid beside an earlier one, as a gate in CI."""

import json
from pathlib import Path

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.certify_device import certify as certify_device
from xky.hil.campaign.comparison import Baseline
from xky.protocol import InputError, Mode

from ...command import xky
from ...schema import require_schema

SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))
ASKED = ("--mode", "historic", "--only", "TIC-CHK-1/altered-digit", "--only", "TIC-SIZ-1")
SHORT = ("sim:generic", *ASKED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert xky("certify", *SHORT, "--out", "baseline", cwd=tmp_path).returncode == 0
    return tmp_path


@pytest.mark.nightly
def test_a_run_that_is_no_worse_passes_and_its_report_says_so(folder: Path) -> None:
    run = xky("certify", *SHORT, "--against", "baseline", cwd=folder)
    assert run.returncode == 0
    assert run.stdout.splitlines()[-1] == "NO WORSE  nothing got worse; pass before, pass after."
    report = json.loads((folder / "report/report.json").read_text(encoding="utf-8"))
    require_schema(report, SCHEMA)
    assert (report["against"]["report"], report["against"]["worse"], report["against"]["better"]) == ("baseline", [], 0)


def test_a_new_fail_is_named_in_the_report_and_exit_1(folder: Path) -> None:
    run = xky("certify", *SHORT, "--defect", "ignores-checksum", "--against", "baseline", "--json", cwd=folder)
    report = json.loads(run.stdout)
    require_schema(report, SCHEMA)
    assert run.returncode == 1
    assert report["against"]["worse"] == [{"id": "TIC-CHK-1/altered-digit", "mode": "historic", "probe": "lines"}]


@pytest.mark.nightly
def test_what_failed_before_is_a_fail_still(folder: Path) -> None:
    broken = (*SHORT, "--defect", "ignores-checksum")
    assert xky("certify", *broken, "--out", "broken", cwd=folder).returncode == 1
    run = xky("certify", *broken, "--against", "broken", cwd=folder)
    assert run.returncode == 1
    assert run.stdout.splitlines()[-1].startswith("NO WORSE")
    better = xky("certify", *SHORT, "--against", "broken", cwd=folder)
    assert (better.returncode, better.stdout.splitlines()[-1]) == (
        0, "NO WORSE  nothing got worse; 1 better; fail before, pass after.",
    )  # fmt: skip


def test_what_passed_and_does_not_apply_any_more_is_exit_1_though_the_run_passes(folder: Path) -> None:
    """A firmware that reports a label no more, and whose makers claim it no more, got worse."""
    asked = ("sim:generic", "--mode", "historic", "--only", "TIC-SND-1", "--only", "TIC-TAR-1")
    assert xky("certify", *asked, "--out", "all", cwd=folder).returncode == 0
    run = xky("certify", *asked, "--labels", "PAPP", "--against", "all", "--json", cwd=folder)
    report = json.loads(run.stdout)
    assert report["verdict"] == "pass"
    assert [one["id"] for one in report["against"]["worse"]] == ["TIC-TAR-1/off-peak"]
    assert run.returncode == 1


@pytest.mark.nightly
def test_the_report_that_is_replaced_may_be_the_baseline(folder: Path) -> None:
    assert xky("certify", *SHORT, "--against", "baseline", "--out", "baseline", cwd=folder).returncode == 0


def test_a_baseline_that_is_none_is_told_before_anything_is_played(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    run = xky("certify", "sim:generic", "--against", "bad.json", cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith("xky: bad.json: is no report of xky certify; give a report.json")
    assert not (tmp_path / "report").exists()
    with pytest.raises(InputError, match="is no report"):
        certify_device("sim:generic", against=tmp_path / "bad.json")


def test_a_run_that_was_cut_short_ends_by_what_was_decided_alone(folder: Path) -> None:
    def step(mode: Mode, name: str, number: int) -> None:
        raise KeyboardInterrupt

    options = Options("sim:generic", mode="historic", only=("TIC-CHK-1/altered-digit", "TIC-SIZ-1"))
    campaign = Campaign(options, on_step=step, against=Baseline.read(folder / "baseline"))
    report = certify(campaign, folder / "cut")
    assert (report["aborted"], report["verdict"]) == (True, "inconclusive")
    assert report["against"]["worse"]  # told, and no reason for exit 1: nothing failed
