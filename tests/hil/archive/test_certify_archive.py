# SPDX-License-Identifier: Apache-2.0
"""``certify --archive --sign`` from end to end: what is in it, what is refused before the run, what is left behind."""

import errno
import json
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from xky.hil import certify, verify
from xky.hil.archive.seal import Seal
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify as certify_campaign
from xky.hil.campaign.report import write_given
from xky.hil.instruments.session import Exchange

from ...command import xky
from .small_report import new_signer, sealed

CERTIFY = ("certify", "sim:generic", "--mode", "historic", "--only", "TIC-CHK-1")
STATEMENT = 'title = "A reader"  # of the supplier\n'


def test_an_archive_has_all_that_a_verdict_rests_on(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(STATEMENT)
    xky("keys", "new", "lab", cwd=tmp_path)
    run = xky(*CERTIFY, "--statement", "own.toml", "--archive", "a.xky", "--sign", "lab", "--seed", "7", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    shown = json.loads(xky("keys", "show", "lab.pub", "--json", cwd=tmp_path).stdout)
    assert f"Archive: a.xky, signed by {shown['fingerprint']}." in run.stdout
    with zipfile.ZipFile(tmp_path / "a.xky") as file:
        names = file.namelist()
        assert file.read("evidence/statement.toml").decode() == STATEMENT
        plan, report = (json.loads(file.read(name)) for name in ("evidence/plan.json", "report.json"))
        manifest = json.loads(file.read("manifest.json"))
        for name in names:
            assert (tmp_path / "report" / name).read_bytes() == file.read(name)
    assert names == sorted(names) and {"index.html", "junit.xml", "evidence/historic/sent.jsonl.gz",
        "evidence/historic/readings.jsonl.gz", "evidence/historic/run.json", "manifest.sig"} <= set(names)  # fmt: skip
    assert (plan["options"]["seed"], plan["options"]["statement"]) == (7, "own.toml")
    assert plan["options"]["only"] == ["TIC-CHK-1"] and plan["steps"]["historic"]
    assert (report["signed"], report["signer"]) == (True, shown["public_key"])
    assert manifest["public_key"] == shown["public_key"]
    assert manifest["tool"]["xky-hil"] and "pydantic" in manifest["tool"]["dependencies"]
    assert set(manifest["members"]) == set(names) - {"manifest.json", "manifest.sig"}
    for place in ("a.xky", "report"):
        checked = xky("verify", place, "--signer", "lab.pub", "--replay", "--json", cwd=tmp_path)
        assert checked.returncode == 0, checked.stdout
        assert json.loads(checked.stdout)["replayed"] == {"same": report_purposes(report), "other": []}


def report_purposes(report: dict[str, Any]) -> int:
    return sum(len(one["purposes"]) for one in report["requirements"])


def test_a_report_without_key_is_marked_unsigned(tmp_path: Path) -> None:
    run = xky(*CERTIFY, "--archive", "a.xky", cwd=tmp_path)
    assert "Archive: a.xky, unsigned: make a key with xky keys new FILE" in run.stdout
    report = json.loads((tmp_path / "report" / "report.json").read_bytes())
    assert (report["signed"], report["signer"]) == (False, None)
    checked = xky("verify", "a.xky", cwd=tmp_path)
    assert checked.returncode == 1
    headline, *told = checked.stdout.splitlines()
    of_device = f"PASS, partial, decided {report['decided']} of {report['total']}: {report['device']} ("
    assert headline.startswith(of_device) and headline.endswith("), firmware not named")
    assert told == [
        "unsigned: nobody vouches for it", "a.xky: whole, unsigned: it does not stand",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "told"), [
    ("none/a.xky", "--archive none/a.xky: cannot be written (No such file or directory); give another name"),
    ("a.zip", "--archive a.zip: an archive is called NAME.xky; give it such a name"),
    ("folder.xky", "--archive folder.xky: is a folder; give the name of a file"),
    ("mine.xky", "--archive mine.xky: is there already, and is no archive; give another name"),
    ("-", "-: does not go to standard output; give a name"),
])  # fmt: skip
def test_an_archive_that_cannot_be_written_is_refused_before_the_run(name: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "folder.xky").mkdir()
    (tmp_path / "mine.xky").write_text("firmware")
    run = xky(*CERTIFY, "--archive", name, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert told in run.stderr and run.stderr.count("\n") == 1
    assert (tmp_path / "mine.xky").read_text() == "firmware"


def test_the_archive_of_a_run_before_does_not_pass_for_that_of_one_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = sealed(tmp_path / "a")
    run = xky("certify", "exec:false {port}", "--only", "TIC-CHK-1", "--out", "new", "--archive", "a.xky", "--mode",
              "tempo", cwd=tmp_path)  # fmt: skip
    assert run.returncode == 2 and archive.exists()  # refused: no run was
    campaign = Campaign(Options("sim:generic", mode="historic", only=("TIC-CHK-1",)))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(campaign, "held", interrupted)
    with pytest.raises(KeyboardInterrupt):
        certify_campaign(campaign, tmp_path / "new", seal=Seal(archive=archive))
    assert not archive.exists()


def test_an_archive_that_has_no_room_is_told_and_the_report_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = sealed(tmp_path / "a")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("xky.hil.archive.seal.write_container", full)
    run = xky(*CERTIFY, "--archive", "a.xky", cwd=tmp_path)
    assert run.returncode == 3 and "PASS  decided" in run.stdout and "Archive" not in run.stdout
    assert run.stderr.splitlines()[-1] == (
        "xky: --archive a.xky: cannot be written (No space left on device); the verdict and the report stand"
    )
    assert not archive.exists() and verify(tmp_path / "report").whole
    assert not list(tmp_path.glob(".*"))


def test_programs_sign_and_verify_as_well(tmp_path: Path) -> None:
    new_signer(tmp_path / "lab")
    certify("sim:generic", mode="historic", only=["TIC-CHK-1"], sign=tmp_path / "lab", archive=tmp_path / "a.xky")
    assert verify(tmp_path / "a.xky", signer=tmp_path / "lab.pub", replay=True).stands


def test_what_was_said_to_the_instruments_of_a_bench_is_evidence(tmp_path: Path) -> None:
    campaign = Campaign(Options("sim:generic", mode="historic", only=("TIC-CHK-1",)))
    supply = SimpleNamespace(exchanges=(Exchange(1.0, 1.1, "*IDN?", "a supply"), Exchange(2.0, 2.1, "OUTP OFF", None)))
    campaign.instruments = SimpleNamespace(instruments={"supply": supply})  # type: ignore[assignment]
    write_given(tmp_path, campaign, {}, strict=False)
    said = [json.loads(line) for line in (tmp_path / "instruments.jsonl").read_text().splitlines()]
    assert [(one["role"], one["sent"], one["answer"]) for one in said] == [
        ("supply", "*IDN?", "a supply"), ("supply", "OUTP OFF", None),
    ]  # fmt: skip


def test_credentials_of_a_probe_are_in_no_archive(tmp_path: Path) -> None:
    campaign = Campaign(Options("sim:generic", probes=("mqtt://user:hushhush@127.0.0.1:1",)))
    campaign.plan = lambda mode: type("Plan", (), {"steps": []})()  # type: ignore[method-assign,assignment,return-value]
    write_given(tmp_path, campaign, {}, strict=False)
    assert "hushhush" not in (tmp_path / "plan.json").read_text()
