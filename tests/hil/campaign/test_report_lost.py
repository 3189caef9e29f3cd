# SPDX-License-Identifier: Apache-2.0
"""A report or an output that cannot be written, as the disk is full: the verdict is told all the same."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign import certify as module
from xky.hil.campaign import print_defect_matrix
from xky.hil.campaign.defect_matrix import Matrix

from ...command import XKY, xky

FULL, FULL_TOLD = Path("/dev/full"), "cannot be written (No space left on device)"
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full, a device that is always full (Linux)")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No report has room any more."""

    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, "write_report", no_room)
    yield


@pytest.mark.by_day(1)
@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize(
    ("defect", "status", "verdict"), [((), 3, "PASS"), (("--defect", "ignores-checksum"), 1, "FAIL")]
)
def test_the_verdict_is_printed_where_its_report_has_no_room(
    defect: tuple[str, ...], status: int, verdict: str, tmp_path: Path
) -> None:
    run = xky("certify", "sim:generic", "--mode", "historic", "--only", "TIC-CHK-1", *defect, cwd=tmp_path)
    assert run.returncode == status
    assert f"{verdict}  decided" in run.stdout
    assert "Report: " not in run.stdout
    last = run.stderr.splitlines()[-1]
    assert last == (
        "xky: --out report: no room is left; free some; the verdict stands, its report and evidence are lost"
    )
    assert list((tmp_path / "report").iterdir()) == []


@pytest.mark.nightly
@pytest.mark.usefixtures("full_disk")
def test_the_report_is_printed_as_json_where_it_has_no_room(tmp_path: Path) -> None:
    run = xky("certify", "sim:generic", "--mode", "historic", "--json", cwd=tmp_path)
    assert run.returncode == 3
    assert '"verdict": "pass"' in run.stdout


@pytest.mark.nightly
def test_a_disk_that_is_full_before_junit_xml_was_written_does_not_lose_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_suite = module.run_suite

    def then_full(judgement: Any, junit: Path) -> None:
        run_suite(judgement)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, "run_suite", then_full)
    run = xky("certify", "sim:generic", "--mode", "historic", cwd=tmp_path)
    assert (run.returncode, "PASS  decided" in run.stdout) == (3, True)


def shell(redirection: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command as a shell starts it, with a standard stream sent elsewhere."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *XKY, *arguments], capture_output=True, text=True, cwd=cwd,
        timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.by_day(1)
@needs_full
@pytest.mark.parametrize(("redirection", "why", "arguments", "status", "verdict"), [
    (">/dev/full", FULL_TOLD, (), 3, "PASS"),
    (">&-", "is closed", (), 3, "PASS"),
    (">/dev/full", FULL_TOLD, ("--defect", "ignores-checksum", "--json"), 1, "FAIL"),
])  # fmt: skip
def test_a_verdict_that_standard_output_does_not_take_is_told_on_standard_error(
    redirection: str, why: str, arguments: tuple[str, ...], status: int, verdict: str, tmp_path: Path
) -> None:
    only = ("certify", "sim:generic", "--mode", "historic", "--only", "TIC-CHK-1")
    run = shell(redirection, *only, *arguments, cwd=tmp_path)
    assert run.returncode == status
    assert run.stderr.splitlines()[-1] == (
        f"xky: standard output {why}; {verdict}  decided 1 of 1. Report: report/index.html"
    )


@pytest.mark.nightly
@needs_full
def test_what_a_hunt_found_is_told_where_standard_output_takes_nothing(tmp_path: Path) -> None:
    run = shell(">/dev/full", "fuzz", "sim:generic", "--mode", "historic", "--examples", "1", cwd=tmp_path)
    assert run.returncode == 3
    assert run.stderr.splitlines()[-1] == (
        "xky: standard output cannot be written (No space left on device); nothing found. Kept in hunt"
    )


@pytest.mark.nightly
@needs_full
@pytest.mark.parametrize(("redirection", "arguments", "status"), [
    ("2>&-", (), 0), ("2>/dev/full", (), 0), ("2>/dev/full", ("--defect", "ignores-checksum"), 1),
])  # fmt: skip
def test_a_standard_error_that_takes_nothing_does_not_change_a_verdict(
    redirection: str, arguments: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    only = ("certify", "sim:generic", "--mode", "historic", "--only", "TIC-CHK-1")
    run = shell(redirection, *only, *arguments, cwd=tmp_path)
    assert (run.returncode, "  decided 1 of 1. Report: report/index.html" in run.stdout) == (status, True)


@needs_full
def test_a_complaint_that_nobody_hears_keeps_its_status(tmp_path: Path) -> None:
    assert shell("2>/dev/full", "boards", "nosuch", cwd=tmp_path).returncode == 2
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run([*XKY, "boards", "nosuch"], stderr=writer, timeout=60, check=False)
    os.close(writer)
    assert run.returncode == 2


def test_a_matrix_that_standard_output_does_not_take_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(print_defect_matrix, "make_matrix", lambda **_: Matrix((), (), (), ("generic",), ()))
    monkeypatch.setattr(print_defect_matrix, "_print", no_room)
    run = xky("certify", "--defects", cwd=tmp_path)
    assert run.returncode == 3
    assert run.stderr == (
        "xky: standard output cannot be written (No space left on device); 0 of 0 defects caught, 0 false alarms on "
        "generic; 0 requirements, 0 purposes\n"
    )
