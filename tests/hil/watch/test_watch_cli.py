# SPDX-License-Identifier: Apache-2.0
"""``xky watch`` and ``xky certify --watch`` as a person calls them."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from xky.hil.watch.kept_run import KeptRun

from ...command import XKY, started, xky
from .shown_run import ONLY, events_of

WITHIN_S = 60.0
CERTIFY = (
    "certify", "sim:generic", "--defect", "ignores-checksum", "--mode", "historic",
    *(part for one in ONLY for part in ("--only", one)),
)  # fmt: skip


@contextmanager
def watching(*arguments: str | Path, status: int) -> Iterator[str]:
    """The address of a page while the block runs; Ctrl-C ends it with a status."""
    with started([*XKY, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        found = re.fullmatch(r"xky: watch at (http://127\.0\.0\.1:[1-9]\d+)\n", first)
        assert found is not None, first
        while "Ctrl-C" not in process.stderr.readline():
            assert process.poll() is None
        yield found[1]
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(WITHIN_S) == status
        assert "Traceback" not in process.stderr.read()


def events_at(url: str) -> list[dict[str, Any]]:
    """The first message of the stream."""
    with urllib.request.urlopen(f"{url}/events", timeout=WITHIN_S) as answer:
        for line in answer:
            if line.startswith(b"data: "):
                events: list[dict[str, Any]] = json.loads(line[6:])
                return events
    raise AssertionError("no message")


def test_a_run_is_shown_to_its_end_then_its_report_and_the_status_is_that_of_the_run(tmp_path: Path) -> None:
    with watching(*CERTIFY, "--watch", "0", "--out", tmp_path / "report", status=1) as url:
        events = events_at(url)
        with urllib.request.urlopen(f"{url}/report/report.json", timeout=WITHIN_S) as answer:
            assert answer.read() == (tmp_path / "report" / "report.json").read_bytes()
    assert [one["kind"] for one in events][:3] == ["hello", "run", "plan"]
    assert events[-1]["kind"] == "end"
    assert events[-1]["verdict"] == "fail"


@pytest.mark.nightly
def test_a_finished_report_is_shown_from_its_folder(report: Path) -> None:
    with watching("watch", report, status=0) as url:
        assert [one["verdict"] for one in events_at(url) if one["kind"] == "end"] == ["fail"]


def test_a_finished_report_is_shown_from_an_archive(tmp_path: Path) -> None:
    ended = xky(*CERTIFY, "--out", "report", "--archive", "report.xky", cwd=tmp_path)
    assert ended.returncode == 1
    folder, archive = KeptRun(tmp_path / "report"), KeptRun(tmp_path / "report.xky")
    assert events_of(archive) == events_of(folder)
    assert archive.file("report.json") == folder.file("report.json")


def test_a_report_without_evidence_is_told_in_a_line(report: Path, tmp_path: Path) -> None:
    shutil.copytree(report, tmp_path / "bare", ignore=shutil.ignore_patterns("evidence"))
    ended = xky("watch", "bare", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2, "xky: bare: is a report without evidence; give the whole folder as xky certify left it, or the archive\n"
    )  # fmt: skip


def test_evidence_that_cannot_be_read_is_told_with_its_place(report: Path, tmp_path: Path) -> None:
    shutil.copytree(report, tmp_path / "cut")
    sent = tmp_path / "cut" / "evidence" / "historic" / "sent.jsonl.gz"
    sent.write_bytes(sent.read_bytes()[:-400])
    ended = xky("watch", "cut", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith("xky: cut/evidence/historic/sent.jsonl.gz:")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["watch", "nowhere"], "nowhere: cannot be read"),
        (["watch", "."], ".: is no report: it has no manifest.json"),
        (["watch", ".", "--port", "x"], "--port 'x': expected HOST:PORT or PORT"),
        ([*CERTIFY, "--watch", "70000"], "--watch '70000': expected HOST:PORT or PORT"),
        ([*CERTIFY, "--watch", "0", "--anonymise", "--key", "key"], "--watch: shows what the device says as it is"),
        (["certify", "--defects", "--watch", "0"], "--defects: tries all of them on simulated boards"),
    ],
)
def test_a_person_s_mistake_is_told_in_a_line(arguments: list[str], told: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("0123456789abcdef" * 4)
    (tmp_path / "key").chmod(0o600)
    ended = xky(*arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"xky: {told}")
    assert ended.stderr.count("\n") == 1


def test_a_port_in_use_is_told_before_anything_is_played(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = xky(*CERTIFY, "--watch", port, "--out", "report", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"xky: --watch: 127.0.0.1 port {port} cannot be taken (address already in use)")
    assert not (tmp_path / "report").exists()
