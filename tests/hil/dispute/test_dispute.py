# SPDX-License-Identifier: Apache-2.0
"""A contested purpose in a file of its own: small, and judged again to the same verdict without the device."""

import json
import os
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.evidence import read_record
from xky.hil.campaign.verdict import Verdict
from xky.hil.cli import app
from xky.hil.dispute.contested_purpose import contested_in
from xky.hil.dispute.judge_one import judge_one, purpose_named
from xky.hil.dispute.judged_pack import judge_pack
from xky.hil.dispute.pack import write_pack
from xky.hil.dispute.slices import slice_of
from xky.protocol import InputError, Mode

ASKED = ("TIC-CHK-1", "TIC-CHK-2", "TIC-LNK-6", "TIC-PRT-1", "TIC-MOD-2", "TIC-SND-1", "TIC-INP-1", "XKY-UPL-1")
CONTESTED = "TIC-CHK-1/wrong-checksum"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a board that ignores checksums, in one mode, over a few requirements."""
    folder: Path = tmp_path_factory.mktemp("report")
    options = Options(
        "sim:generic", mode=Mode.STANDARD, defect="ignores-checksum", only=ASKED,
        contested=(f"{CONTESTED}=It is right.",),
    )  # fmt: skip
    certify(Campaign(options), folder)
    return folder


@pytest.fixture
def pack(report: Path, tmp_path: Path) -> Path:
    path = tmp_path / "a.dispute.zip"
    write_pack(contested_in(report, CONTESTED), path)
    return path


def dispute(*arguments: str) -> tuple[int, str]:
    """Exit status and output of ``xky dispute``; its errors are raised."""
    run = CliRunner().invoke(app, ["dispute", *arguments], catch_exceptions=False, env={"COLUMNS": "132"})
    return run.exit_code, run.stdout


def test_every_purpose_judged_by_itself_concludes_what_the_run_concluded(report: Path) -> None:
    record = read_record(report / "evidence" / "standard")
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    verdicts = set()
    for purpose in (purpose for one in told["requirements"] for purpose in one["purposes"]):
        again = judge_one(purpose_named(purpose["id"]), record, purpose["probe"])
        assert (again.verdict, again.reason) == (purpose["verdict"], purpose["reason"]), purpose["id"]
        assert again.trail.seen == purpose["seen"], purpose["id"]
        verdicts.add(again.verdict)
    assert verdicts >= {Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE}


def test_a_slice_gives_the_same_verdict_or_is_the_whole_record(report: Path) -> None:
    record = read_record(report / "evidence" / "standard")
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    shorter = 0
    for purpose in (purpose for one in told["requirements"] for purpose in one["purposes"]):
        of = purpose_named(purpose["id"])
        part, _ = slice_of(of, record, purpose["probe"], Verdict(purpose["verdict"]), purpose["reason"])
        again = judge_one(of, part, purpose["probe"])
        assert (again.verdict, again.reason) == (purpose["verdict"], purpose["reason"]), purpose["id"]
        shorter += len(part.truth) < len(record.truth)
    assert shorter > 10


def test_a_slice_that_would_tell_another_story_is_not_taken(report: Path) -> None:
    record = read_record(report / "evidence" / "standard")
    part, what = slice_of(purpose_named(CONTESTED), record, "lines", Verdict.PASS, "")
    assert part is record
    assert what == "the whole run of its mode"


def test_a_pack_holds_bytes_readings_and_rule_and_says_how_to_judge_it(pack: Path) -> None:
    with zipfile.ZipFile(pack) as members:
        names = members.namelist()
        readme, line = (members.read(name).decode() for name in ("README.txt", "line.txt"))
        told = json.loads(members.read("dispute.json"))
        sent = members.read("line.bin")
    assert names == sorted(names)
    assert "A damaged group is not reported" in readme
    assert "xky dispute --judge a.dispute.zip" in readme
    assert "It is right." in readme
    assert "<- wrong checksum" in line
    assert sent.startswith(b"\x02\nADSC\t")
    assert told["purpose"]["contested"] == "It is right."
    assert told["requirement"]["text_french"]
    assert told["record"] == "its own steps, and the opening of the run"


def test_a_pack_is_the_same_bytes_whenever_it_is_made(report: Path, pack: Path, tmp_path: Path) -> None:
    again = tmp_path / "again" / pack.name
    again.parent.mkdir()
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    write_pack(contested_in(report, CONTESTED), again)
    assert again.read_bytes() == pack.read_bytes()


def test_a_stranger_judges_it_in_a_second_or_two_with_neither_device_nor_report(pack: Path, tmp_path: Path) -> None:
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    moved = shutil.move(pack, alone / "b.zip")
    began_s = time.process_time()
    judged = judge_pack(Path(moved))
    assert time.process_time() - began_s < 2.0
    assert judged.is_same
    assert judged.again.verdict is Verdict.FAIL
    assert judged.contested == "It is right."


def test_the_command_packs_and_judges(report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, told = dispute(CONTESTED.lower(), "--report", str(report))
    assert status == 0
    assert "tic-chk-1.wrong-checksum.standard.dispute.zip" in told
    status, told = dispute("--judge", "tic-chk-1.wrong-checksum.standard.dispute.zip")
    assert status == 0
    assert "FAIL  as the report says: " in " ".join(told.split("\n"))
    assert "contested It is right." in told
    status, told = dispute("--judge", "tic-chk-1.wrong-checksum.standard.dispute.zip", "--json")
    assert json.loads(told)["same"] is True
    status, told = dispute("TIC-LNK-6/recovers", "--report", str(report / "report.json"), "--out", "x.zip", "--json")
    assert json.loads(told)["file"] == "x.zip"


def with_dispute(pack: Path, **changes: Any) -> None:
    """The same pack with another word in its purpose."""
    with zipfile.ZipFile(pack) as members:
        kept = {name: members.read(name) for name in members.namelist()}
    told = json.loads(kept["dispute.json"])
    told["purpose"] |= changes
    with zipfile.ZipFile(pack, "w") as members:
        for name, data in (kept | {"dispute.json": json.dumps(told).encode()}).items():
            members.writestr(name, data)


def test_a_pack_that_says_another_verdict_than_its_record_is_found(pack: Path) -> None:
    with_dispute(pack, verdict="pass", reason="")
    status, told = dispute("--judge", str(pack))
    assert status == 1
    assert "FAIL  the report says pass" in told


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": "TIC-CHK-1/other"}, "has no such purpose"),
        ({"mode": "historic"}, "its record is of standard mode"),
        ({"probe": "mqtt"}, "or not of probe 'mqtt'"),
        ({"verdict": "maybe"}, r"dispute.json is none of ours: \('purpose', 'verdict'\)"),
    ],
)
def test_a_pack_that_does_not_fit_itself_is_refused(pack: Path, changes: dict[str, str], complaint: str) -> None:
    with_dispute(pack, **changes)
    with pytest.raises(InputError, match=complaint):
        judge_pack(pack)


def test_what_is_no_pack_is_refused_in_a_line(pack: Path, tmp_path: Path) -> None:
    cut, empty, foreign = tmp_path / "cut.zip", tmp_path / "empty.zip", tmp_path / "foreign.zip"
    cut.write_bytes(pack.read_bytes()[:-40])
    empty.write_bytes(b"")
    with zipfile.ZipFile(foreign, "w") as members:
        members.writestr("x", "y")
    for path in (cut, empty, foreign, tmp_path / "missing.zip", tmp_path):
        with pytest.raises(InputError, match=r"^--judge .*(is no pack of xky dispute|cannot be read)") as raised:
            judge_pack(path)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "PURPOSE: name the"),
        (("TIC-CHK-1/other",), "no such purpose in"),
        (("TIC-CHK-1",), "known: TIC-CHK-1/"),
        ((CONTESTED, "--mode", "historic"), "was not judged so; the report has standard at lines"),
        ((CONTESTED, "--probe", "mqtt"), "was not judged so"),
        ((CONTESTED, "--out", "/nowhere/x.zip"), "--out /nowhere/x.zip: cannot be written"),
        ((CONTESTED, "--judge", "x"), "--judge: a pack says what it is of; leave PURPOSE out"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(report: Path, arguments: tuple[str, ...], complaint: str) -> None:
    of = () if "--judge" in arguments else ("--report", str(report))
    with pytest.raises(InputError, match=complaint):
        dispute(*arguments, *of)


def test_what_an_earlier_part_of_a_resumed_run_settled_is_judged_by_its_own_record(
    report: Path, tmp_path: Path
) -> None:
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    for purpose in (purpose for one in told["requirements"] for purpose in one["purposes"]):
        purpose["part"] = 1
    (tmp_path / "report.json").write_text(json.dumps(told), encoding="utf-8")
    shutil.copytree(report / "evidence" / "standard", tmp_path / "evidence" / "before-1" / "standard")
    write_pack(contested_in(tmp_path, CONTESTED), tmp_path / "x.zip")
    assert judge_pack(tmp_path / "x.zip").is_same


@pytest.mark.parametrize("changes", [{"verdict": "maybe"}, {"mode": "modern"}, {"reason": None}])
def test_a_report_that_is_none_of_ours_is_refused(report: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    for purpose in (purpose for one in told["requirements"] for purpose in one["purposes"]):
        purpose.update(changes)
    (tmp_path / "report.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputError, match="is no report of certify"):
        contested_in(tmp_path, CONTESTED)


def test_a_folder_without_a_report_or_without_evidence_is_refused(report: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give the folder of a report by --report"):
        contested_in(tmp_path, CONTESTED)
    (tmp_path / "report.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="is no report of certify"):
        contested_in(tmp_path, CONTESTED)
    shutil.copy(report / "report.json", tmp_path)
    with pytest.raises(InputError, match=r"run\.json"):
        write_pack(contested_in(tmp_path, CONTESTED), tmp_path / "x.zip")
