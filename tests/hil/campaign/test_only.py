# SPDX-License-Identifier: Apache-2.0
"""``xky certify --only``: one thing tried alone, its verdict the run's, the report partial."""

import json
import re
from pathlib import Path

import pytest

from xky.hil.campaign.certify_device import certify
from xky.hil.campaign.suite import declared_purposes
from xky.protocol import Mode

from ...command import xky
from ...schema import require_schema

SCHEMA = json.loads((Path(__file__).parents[3] / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))


@pytest.mark.by_day(1)
@pytest.mark.parametrize(("defect", "status"), [((), 0), (("--defect", "ignores-checksum"), 1)])
def test_what_is_asked_for_is_judged_alone_and_gives_the_exit_status(
    defect: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    asked = ("--only", "TIC-CHK-1/altered-digit", "--only", "TIC-DAT-1")
    run = xky("certify", "sim:generic", *defect, *asked, "--json", cwd=tmp_path)
    report = json.loads(run.stdout)
    require_schema(report, SCHEMA)
    assert run.returncode == status
    assert report["partial"] is True
    assert [p["id"] for one in report["requirements"] for p in one["purposes"]] == [
        "TIC-CHK-1/altered-digit", "TIC-CHK-1/altered-digit", "TIC-DAT-1/degraded-clock",
    ]  # fmt: skip


def test_what_fails_elsewhere_does_not_count() -> None:
    report = certify("sim:generic", defect="ignores-checksum", only=["TIC-DAT-1"])
    assert (report["verdict"], report["mode"]) == ("pass", "standard")


def test_a_should_that_is_asked_for_counts() -> None:
    assert certify("sim:generic", defect="drops-empty-data", only=["TIC-LBL-5"])["verdict"] == "fail"


@pytest.mark.nightly
def test_what_does_not_apply_decides_nothing(tmp_path: Path) -> None:
    assert xky("certify", "sim:generic", "--only", "TIC-MOD-2", cwd=tmp_path).returncode == 3


@pytest.mark.nightly
def test_a_whole_run_is_not_partial() -> None:
    assert "partial" not in certify("sim:generic", mode="historic")


@pytest.mark.parametrize(("arguments", "expected"), [
    (["--only", "TIC-CHK-11"], r"xky: --only TIC-CHK-11: no such requirement or purpose; known: .*TIC-CHK-1, .*Did"),
    (["--only", "tic-chk-1"], r"xky: --only tic-chk-1: .* Did you mean TIC-CHK-1\?"),
    (["--only", "TIC-DAT-1", "--mode", "historic"], r"xky: --only TIC-DAT-1: is of mode standard, which is not run"),
])  # fmt: skip
def test_an_id_that_is_not_there_is_told_before_a_report_is_touched(
    arguments: list[str], expected: str, tmp_path: Path
) -> None:
    run = xky("certify", "sim:generic", *arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert re.match(expected, run.stderr)
    assert run.stderr.count("\n") == 1


def test_a_purpose_whose_only_meter_is_its_own_has_clean_frames_of_the_household_behind_it() -> None:
    [exchange] = certify("sim:generic", mode="historic", only=["TIC-CND-1/meter-exchange"])["requirements"]
    assert exchange["verdict"] == "pass"


@pytest.mark.by_day(2)
@pytest.mark.parametrize(("asked", "mode", "defect"), [
    ("contract", Mode.HISTORIC, "fixes-its-labels"),
    ("contract", Mode.STANDARD, "tells-the-contract-once"),
    ("overload", Mode.HISTORIC, "fixes-its-labels"),
    ("another-meter", Mode.HISTORIC, "fixes-its-labels"),
    ("another-meter", Mode.STANDARD, "fixes-its-labels"),
])  # fmt: skip
def test_what_comes_to_a_running_device_is_found_alone_too(asked: str, mode: Mode, defect: str) -> None:
    """Alone, the steps of a purpose come in the order of a whole run, behind the household's meter."""
    assert certify("sim:generic", mode=mode, defect=defect, only=[f"TIC-LBL-6/{asked}"])["verdict"] == "fail"


@pytest.mark.nightly
def test_each_purpose_alone_finds_what_it_finds_in_a_whole_run() -> None:
    def verdicts(*only: str) -> dict[tuple[str, str], str]:
        requirements = certify("sim:generic", only=only)["requirements"]
        return {(p["id"], p["mode"]): p["verdict"] for one in requirements for p in one["purposes"]}

    whole = verdicts()
    for purpose in declared_purposes():
        for key, verdict in verdicts(purpose.id).items():
            assert verdict == whole[key], key
