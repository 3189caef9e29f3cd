# SPDX-License-Identifier: Apache-2.0
"""``xky diff`` as a person meets it."""

import json
import zipfile
from pathlib import Path

import pytest

from ...command import xky

PURPOSES = "TIC-CHK-1/wrong-checksum", "TIC-CHK-1/altered-digit"
REPORT = {
    "schema": "xky-report/1", "verdict": "pass", "decided": 1, "total": 1, "device": "sim:[red]\x1b",
    "board": "generic", "mode": "standard", "statement": {}, "specification": "54E", "suite": "xky-hil 1", "seed": 0,
    "started": "2026-01-01T00:00:00Z", "duration_s": 10.0,
}  # fmt: skip


def write(folder: Path, *verdicts: str) -> Path:
    purposes = [
        {"id": id_, "mode": "standard", "verdict": verdict, "reason": f"it was {verdict} \x1b[31m"}
        for id_, verdict in zip(PURPOSES, verdicts, strict=True)
    ]
    one = {"id": "TIC-CHK-1", "title": "", "level": "must", "verdict": "pass", "purposes": purposes}
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps({**REPORT, "requirements": [one]}), encoding="utf-8")
    return folder


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "before", "pass", "fail"), write(tmp_path / "after", "fail", "pass")


def test_what_got_worse_stands_last_and_gives_exit_1(runs: tuple[Path, Path], tmp_path: Path) -> None:
    run = xky("diff", *map(str, runs), cwd=tmp_path)
    assert run.returncode == 1
    *_, change, reason, headline = run.stdout.splitlines()
    assert change == "✓ pass → ✗ fail  TIC-CHK-1/wrong-checksum, standard (must)"
    assert reason.strip() == "it was fail \\x1b[31m"
    assert headline == "WORSE  1 purpose got worse; 1 better; pass before, pass after."
    assert "better: TIC-CHK-1/altered-digit" in run.stdout
    assert "\x1b" not in run.stdout


def test_the_same_run_is_no_worse_than_itself(runs: tuple[Path, Path], tmp_path: Path) -> None:
    run = xky("diff", str(runs[0]), str(runs[0] / "report.json"), "--json", cwd=tmp_path)
    told = json.loads(run.stdout)
    assert (run.returncode, told["worse"], told["purposes"], told["differences"]) == (0, 0, [], [])


def test_an_archive_is_read_like_its_folder(runs: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xky", "w") as archive:
        archive.write(runs[0] / "report.json", "report.json")
    assert xky("diff", str(tmp_path / "a.xky"), str(runs[0]), cwd=tmp_path).returncode == 0
    assert xky("diff", str(tmp_path / "a.xky"), str(runs[1]), cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(("content", "complaint"), [
    (None, "cannot be read (No such file or directory)"),
    (b"{", "is no JSON"),
    (b"\xff", "is no JSON"),
    (b"[" * 100_000, "is no JSON"),
    (b"[]", "is no report of xky certify"),
    (b'{"schema": "xky-fuzz/1"}', "is no report of xky certify"),
    (b'{"schema": "xky-report/2"}', "schema: Input should be 'xky-report/1'"),
    (b'{"schema": "xky-report/1"}', "verdict: Field required"),
])  # fmt: skip
def test_what_is_no_report_is_a_line_and_exit_2(
    content: bytes | None, complaint: str, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.json"
    if content is not None:
        bad.write_bytes(content)
    for arguments in ((bad, runs[0]), (runs[0], bad)):
        run = xky("diff", *map(str, arguments), cwd=tmp_path)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr.startswith(f"xky: {bad}: {complaint}")
        assert run.stderr.endswith(
            "; give a report.json, the folder of a report, or an archive, as xky certify writes them\n"
        )
        assert run.stderr.count("\n") == 1


def test_a_zip_without_a_report_is_a_line_and_exit_2(runs: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xky", "w") as archive:
        archive.writestr("other", b"")
    run = xky("diff", str(tmp_path / "a.xky"), str(runs[0]), cwd=tmp_path)
    assert run.returncode == 2 and "holds no report.json" in run.stderr
