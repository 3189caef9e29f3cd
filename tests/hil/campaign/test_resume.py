# SPDX-License-Identifier: Apache-2.0
"""``certify --resume``: what was decided stays decided, the rest is asked anew, and nobody is wronged by the cut."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.certify_device import certify as certify_device
from xky.hil.campaign.evidence import read_record, read_records, write_record
from xky.hil.campaign.judge_again import judge_again
from xky.hil.campaign.resumption import identity_of
from xky.hil.campaign.resumption import journal as journal_module
from xky.protocol import BenchError, InputError, Mode

from ...command import PLAIN, XKY, xky
from ...schema import require_schema

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "hil/campaign/report/report.schema.json").read_text(encoding="utf-8"))
Verdicts = dict[tuple[str, str], str]
SHORT = Options("sim:generic", mode="standard", only=("TIC-CHK-1", "TIC-CHK-2", "TIC-SND-1", "TIC-FRS-1"))


def cut(
    options: Options, folder: Path, at_step: int, mode: str = "standard", *, resume: bool = False
) -> dict[str, Any]:
    """The report of a run that is interrupted as a step begins."""

    def step(of: Mode, name: str, number: int) -> None:
        if (of, number) == (mode, at_step):
            raise KeyboardInterrupt

    report = certify(Campaign(options, on_step=step), folder, resume=resume)
    require_schema(report, SCHEMA)
    assert report["aborted"] is True
    return report


def resumed(options: Options, folder: Path) -> dict[str, Any]:
    report = certify(Campaign(options), folder, resume=True)
    require_schema(report, SCHEMA)
    return report


def verdicts(report: Mapping[str, Any]) -> Verdicts:
    return {(p["id"], p["mode"]): p["verdict"] for one in report["requirements"] for p in one["purposes"]}


def parts(report: Mapping[str, Any]) -> dict[tuple[str, str], int | None]:
    return {(p["id"], p["mode"]): p.get("part") for one in report["requirements"] for p in one["purposes"]}


def without(folder: Path) -> list[str]:
    """Names in a folder of a report, deep."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir())


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """A short run that was cut once."""
    folder = tmp_path_factory.mktemp("twice")
    cut(SHORT, folder, 4)
    return resumed(SHORT, folder), folder


@pytest.mark.nightly
def test_a_resumed_run_has_the_verdicts_of_one_that_nobody_cut(tmp_path: Path) -> None:
    options = Options("sim:generic", mode="standard", defect="ignores-checksum")
    first = cut(options, tmp_path, 12)
    second = resumed(options, tmp_path)
    whole = certify_device("sim:generic", mode="standard", defect="ignores-checksum")
    assert verdicts(second) == verdicts(whole)
    assert (second["verdict"], second["decided"], second["total"]) == ("fail", whole["decided"], whole["total"])
    assert "aborted" not in second and "identity" not in second
    assert [sorted(one) for one in second["resumed"]] == [["cut_at_s", "started"]]
    assert list(second["resumed"][0]["cut_at_s"]) == ["standard"]
    stand = {key for key, part in parts(second).items() if part == 1}
    decided = {key for key, verdict in verdicts(first).items() if key[1] == "standard" and verdict in ("pass", "fail")}
    assert stand == decided and len(stand) > 10
    assert without(tmp_path) == ["evidence", "evidence/before-1", "evidence/before-1/standard", "evidence/standard"]
    assert any(remark.startswith("resumed: the run was cut in standard at ") for remark in second["remarks"])


@pytest.mark.nightly
def test_the_evidence_of_each_part_gives_the_verdicts_of_its_purposes_again(twice: tuple[dict[str, Any], Path]) -> None:
    report, folder = twice
    of_part = {
        1: judge_again(read_records(folder / "evidence" / "before-1")),
        None: judge_again(read_records(folder / "evidence")),
    }
    again = {part: {(o.purpose.id, o.mode.value): o.verdict.value for o in of} for part, of in of_part.items()}
    assert set(parts(report).values()) == {1, None}
    for key, part in parts(report).items():
        assert again[part][key] == verdicts(report)[key]


@pytest.mark.by_day(1)
@pytest.mark.parametrize("at_step", [0, 4])
def test_a_sound_device_passes_wherever_its_run_was_cut(at_step: int, tmp_path: Path) -> None:
    cut(SHORT, tmp_path, at_step)
    assert set(verdicts(resumed(SHORT, tmp_path)).values()) == {"pass"}


@pytest.mark.nightly
@pytest.mark.parametrize("device", ["sim:generic", "sim:winky-c6", "sim:eky"])
@pytest.mark.parametrize("at_step", range(0, 56, 5))
def test_sound_boards_pass_wherever_their_runs_were_cut(device: str, at_step: int, tmp_path: Path) -> None:
    options = Options(device, mode="standard")
    cut(options, tmp_path, at_step)
    report = resumed(options, tmp_path)
    assert report["verdict"] == "pass"
    assert verdicts(report) == verdicts(certify_device(device, mode="standard"))


def test_a_fail_of_the_part_before_stands_and_is_not_asked_again(tmp_path: Path) -> None:
    options = replace(SHORT, defect="ignores-checksum")
    first = verdicts(cut(options, tmp_path, 3))
    second = resumed(options, tmp_path)
    failed = {key for key, verdict in first.items() if verdict == "fail"}
    assert ("TIC-SND-1/sent", "standard") not in failed  # asks for the whole run, and is the later part's
    assert failed and failed <= {key for key, verdict in verdicts(second).items() if verdict == "fail"}
    assert {parts(second)[key] for key in failed} == {1}


@pytest.mark.nightly
def test_a_run_may_be_cut_again_and_again(tmp_path: Path) -> None:
    options = Options("sim:generic", only=SHORT.only)
    cut(options, tmp_path, 2, "historic")
    cut(options, tmp_path, 0, "historic", resume=True)
    third = cut(options, tmp_path, 1, "standard", resume=True)
    assert [list(one["cut_at_s"]) for one in third["resumed"]] == [["historic"], ["historic"]]
    report = resumed(options, tmp_path)
    assert [list(one["cut_at_s"]) for one in report["resumed"]] == [["historic"], ["historic"], ["standard"]]
    assert set(verdicts(report).values()) == {"pass"}
    assert without(tmp_path / "evidence") == [
        "before-1", "before-1/historic", "before-2", "before-2/historic", "before-3", "before-3/standard", "historic",
        "standard",
    ]  # fmt: skip


@pytest.mark.nightly
def test_a_run_that_is_cut_as_soon_each_time_gets_on(tmp_path: Path) -> None:
    """What a part played and could not settle stands behind what no part has: else it would be the first again."""
    options = replace(SHORT, only=("TIC-FRS-1", "TIC-CHK-3", "TIC-CHR-2", "TIC-LNK-6", "TIC-LNK-7"))
    undecided, again = [], []
    for part in range(4):
        report = cut(options, tmp_path, 3, resume=part > 0)
        undecided.append(sum(verdict == "inconclusive" for verdict in verdicts(report).values()))
        record = read_record(tmp_path / "evidence" / "standard")
        again.append(bool(record.truth.of_step("wrong checksum")))  # which asks about the whole run
    assert again[:2] == [True, False]
    assert undecided[0] > undecided[1] > undecided[3], undecided


def test_a_step_longer_than_the_time_between_two_copies_has_some_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "EVERY_S", 0.0)
    asked: list[str] = []
    campaign = Campaign(replace(SHORT, only=("TIC-CHK-1",)))
    campaign.virtual = False
    follow = journal_module.Journal.follow

    def followed(self: Any, mode: Mode, at_s: float, record: Any) -> None:
        asked.append(record().truth[-1].step if len(asked) < 3 else "")
        follow(self, mode, at_s, record)

    monkeypatch.setattr(journal_module.Journal, "follow", followed)
    steps: list[str] = []
    campaign.on_step = lambda mode, name, number: steps.append(name)
    certify(campaign, tmp_path)
    assert len(asked) > 2 * len(steps)  # a frame each, not a step


def test_a_mode_that_was_played_to_its_end_is_not_played_again(tmp_path: Path) -> None:
    options = Options("sim:generic", only=SHORT.only)
    cut(options, tmp_path, 0, "standard")
    kept = read_record(tmp_path / "evidence" / "historic")
    played: list[Mode] = []
    report = certify(
        Campaign(options, on_plan=lambda mode, steps, length_s: played.append(mode)), tmp_path, resume=True
    )
    assert played == [Mode.STANDARD]
    assert read_record(tmp_path / "evidence" / "historic") == kept
    assert {parts(report)[key] for key in parts(report) if key[1] == "historic"} == {None}  # there was no cut in it


@pytest.mark.nightly
def test_a_label_that_the_device_has_forgotten_since_the_cut_is_asked_of_it(
    twice: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    """Else a device that says less behind a restart would have nothing to answer for in the later part."""
    record = read_record(twice[1] / "evidence" / "standard")
    assert "SINSTS" in record.reported_before["lines"]
    silent = [
        replace(one, said={label: said for label, said in one.said.items() if label != "SINSTS"})
        for one in record.readings
    ]
    write_record(tmp_path / "mute" / "standard", replace(record, readings=silent))
    forgot = {o.purpose.id: o for o in judge_again(read_records(tmp_path / "mute"))}["TIC-CMP-1/changes"]
    never = {
        o.purpose.id: o for o in judge_again({Mode.STANDARD: replace(record, readings=silent, reported_before={})})
    }["TIC-CMP-1/changes"]
    assert "SINSTS" in forgot.reason and "SINSTS" not in never.reason


def identity(campaign: Campaign) -> dict[str, str]:
    return identity_of(campaign.options, campaign.board, campaign.probes)


# Killed


def killed(
    folder: Path, at_step: int, monkeypatch: pytest.MonkeyPatch, options: Options = SHORT, *, resume: bool = False
) -> None:
    """What a run leaves that is killed as a step begins."""
    monkeypatch.setattr(journal_module, "EVERY_S", 0.0)
    left = folder.with_name("left")

    def step(of: Mode, name: str, number: int) -> None:
        if campaign.journal is not None and campaign.journal._writer is not None:
            campaign.journal._writer.join()  # a step in virtual time is shorter than a disk is slow
        if number == at_step:
            shutil.copytree(folder, left)
            raise KeyboardInterrupt

    campaign = Campaign(options, on_step=step)
    campaign.virtual = False
    certify(campaign, folder, resume=resume)
    shutil.rmtree(folder)
    left.rename(folder)


@pytest.mark.nightly
def test_what_a_killed_run_left_is_gone_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "report"
    killed(folder, 4, monkeypatch)
    assert [path.name.startswith(".run-") for path in folder.iterdir()] == [True]
    report = resumed(SHORT, folder)
    assert set(verdicts(report).values()) == {"pass"}
    assert 1 in parts(report).values()
    assert not list(folder.glob(".run-*"))


@pytest.mark.nightly
def test_a_second_part_that_is_killed_settles_what_it_played_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever is cut there each time never gets on: a frame without end, near by, keeps no answer back."""
    folder = tmp_path / "report"
    only = ("TIC-LNK-6", "TIC-LNK-7", "TIC-LNK-8", "TIC-LNK-9", "TIC-LNK-10", "TIC-LNK-12", "TIC-TIM-1", "TIC-LNK-4")
    options = replace(SHORT, only=only)
    killed(folder, 1, monkeypatch, options)
    killed(folder, 10, monkeypatch, options, resume=True)
    left: list[str] = []
    report = certify(Campaign(options, on_step=lambda mode, name, number: left.append(name)), folder, resume=True)
    assert {id_ for (id_, _), part in parts(report).items() if part == 2} >= {
        "TIC-LNK-6/recovers", "TIC-LNK-7/recovers", "TIC-LNK-7/neighbours", "TIC-LNK-8/missing-stx",
        "TIC-LNK-9/recovers",
    }  # fmt: skip
    assert not {"noise before frames", "frame longer than any"} & set(left) and "fastest line" in left
    assert len(report["resumed"]) == 2 and set(verdicts(report).values()) == {"pass"}


@pytest.mark.nightly
def test_a_copy_that_a_power_cut_spoilt_gives_way_to_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "report"
    killed(folder, 4, monkeypatch)
    copies = sorted(folder.glob(".run-*/checkpoint-*/standard"), key=lambda one: read_record(one).duration_s)
    assert len(copies) == 2
    before_s = read_record(copies[0]).cut_short_s
    sent = copies[1] / "sent.jsonl.gz"
    sent.write_bytes(sent.read_bytes()[:100])
    report = resumed(SHORT, folder)
    assert before_s is not None
    assert report["resumed"][0]["cut_at_s"] == {"standard": round(before_s, 3)}
    assert set(verdicts(report).values()) == {"pass"}


@pytest.mark.nightly
@pytest.mark.realtime
def test_a_program_is_certified_through_two_kills(tmp_path: Path) -> None:
    device = f"exec:{sys.executable} {ROOT / 'docs/examples/reader.py'} {{port}} {{mode}}"
    arguments = [*XKY, "certify", "--board", "generic", device, "--mode", "standard", "--speed", "5"]
    for more in ([], ["--resume"]):
        run = subprocess.Popen(
            [*arguments, *more], cwd=tmp_path, env={**os.environ, **PLAIN}, stdout=subprocess.DEVNULL
        )
        time.sleep(18.0)
        run.send_signal(signal.SIGKILL)
        run.wait()
    ended = subprocess.run(
        [*arguments, "--resume"], cwd=tmp_path, env={**os.environ, **PLAIN}, capture_output=True, check=False
    )
    report = json.loads((tmp_path / "report/report.json").read_text(encoding="utf-8"))
    assert (ended.returncode, report["verdict"], len(report["resumed"])) == (0, "pass", 2)
    assert {1, 2, None} == set(parts(report).values())


# What cannot be gone on from


@pytest.mark.nightly
@pytest.mark.parametrize(("other", "complaint"), [
    ({"seed": 3}, "--seed was 0, and is 3 now"),
    ({"mode": None}, "--mode was standard, and is not given now"),
    ({"device": "sim:eky"}, "device was sim:generic, and is sim:eky now"),
    ({"only": ()}, "--only was ('TIC-CHK-1', 'TIC-CHK-2', 'TIC-SND-1', 'TIC-FRS-1'), and is not given now"),
    ({"labels": ("EAST",)}, "--labels was not given, and is ('EAST',) now"),
])  # fmt: skip
def test_another_run_is_refused_and_what_was_decided_is_left_alone(
    other: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    cut(SHORT, tmp_path, 1)
    before = (tmp_path / "report.json").read_bytes()
    with pytest.raises(InputError) as told:
        resumed(replace(SHORT, **other), tmp_path)
    assert str(told.value) == (
        f"--resume: {tmp_path}: {complaint}; what was decided holds for that run alone; leave --resume out"
    )
    assert (tmp_path / "report.json").read_bytes() == before
    assert set(verdicts(resumed(SHORT, tmp_path)).values()) == {"pass"}


def test_another_program_another_board_file_and_another_suite_are_refused(tmp_path: Path) -> None:
    cut(SHORT, tmp_path, 1)
    path = tmp_path / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    for what in ("device's program", "board's description", "suite's content"):
        path.write_text(json.dumps({**report, "identity": {**report["identity"], what: "0"}}), encoding="utf-8")
        with pytest.raises(InputError, match=f": the {what} is another one now; "):
            resumed(SHORT, tmp_path)


@pytest.mark.parametrize("other", [{"lang": "fr"}, {"pdf": True}, {"contested": ("TIC-CHK-1/altered-digit=x",)}])
def test_what_the_report_looks_like_makes_no_other_run(other: dict[str, Any]) -> None:
    assert identity(Campaign(SHORT)) == identity(Campaign(replace(SHORT, **other)))


def test_a_program_is_known_by_the_files_that_its_command_names(tmp_path: Path) -> None:
    (tmp_path / "reader.py").write_text("# one", encoding="utf-8")
    device = f"exec:{sys.executable} {tmp_path / 'reader.py'} {{port}}"
    before = identity(Campaign(Options(device)))
    assert identity(Campaign(Options(device))) == before
    (tmp_path / "reader.py").write_text("# another", encoding="utf-8")
    changed = identity(Campaign(Options(device)))
    assert [name for name in before if before[name] != changed[name]] == ["device's program"]


def test_passwords_are_no_part_of_what_is_kept() -> None:
    options = Options(
        "serial:x",
        line="serial:y",
        board="eky",
        probes=("mqtt://me:secret@localhost:1883",),
        flash="echo --token secret",
    )
    assert "secret" not in json.dumps(identity(Campaign(options)))


@pytest.mark.nightly
def test_where_nothing_was_interrupted_it_is_told_and_left_alone(tmp_path: Path) -> None:
    run = xky("certify", "sim:generic", "--only", "TIC-TAR-1", cwd=tmp_path)
    assert run.returncode == 0
    before = (tmp_path / "report/report.json").read_bytes()
    for folder in ("report", "none"):
        run = xky("certify", "sim:generic", "--only", "TIC-TAR-1", "--resume", "--out", folder, cwd=tmp_path)
        assert (run.returncode, run.stderr) == (
            2, f"xky: --resume: {folder} holds no run that was interrupted; leave --resume out\n",
        )  # fmt: skip
    assert (tmp_path / "report/report.json").read_bytes() == before


@pytest.mark.parametrize("content", ["{", "[]", '{"aborted": true}', '{"aborted": true, "identity": [], "started": 1}'])
def test_a_report_that_no_run_wrote_is_nothing_to_go_on_from(content: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="holds no run that was interrupted"):
        resumed(SHORT, tmp_path)


@pytest.mark.nightly
def test_a_bench_that_fails_leaves_what_was_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut(SHORT, tmp_path, 2)

    def fails(*_: Any) -> None:
        raise BenchError("no such port")

    with monkeypatch.context() as patched:
        patched.setattr(Campaign, "_record", fails)
        with pytest.raises(BenchError):
            resumed(SHORT, tmp_path)
    assert set(verdicts(resumed(SHORT, tmp_path)).values()) == {"pass"}
