# SPDX-License-Identifier: Apache-2.0
"""A report that cannot be written, as the disk is full: the verdict is told all the same."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign import certify as module

from ...command import xky


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No report has room any more."""

    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, "write_report", no_room)
    yield


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize(
    ("defect", "status", "verdict"), [((), 3, "PASS"), (("--defect", "ignores-checksum"), 1, "FAIL")]
)
def test_the_verdict_is_printed_where_its_report_has_no_room(
    defect: tuple[str, ...], status: int, verdict: str, tmp_path: Path
) -> None:
    run = xky("certify", "sim:generic", "--mode", "historic", *defect, cwd=tmp_path)
    assert run.returncode == status
    assert f"{verdict}  decided" in run.stdout
    last = run.stderr.splitlines()[-1]
    assert last == (
        "xky: --out report: no room is left; free some; the verdict stands, its report and evidence are lost"
    )
    assert list((tmp_path / "report").iterdir()) == []


@pytest.mark.usefixtures("full_disk")
def test_the_report_is_printed_as_json_where_it_has_no_room(tmp_path: Path) -> None:
    run = xky("certify", "sim:generic", "--mode", "historic", "--json", cwd=tmp_path)
    assert run.returncode == 3
    assert '"verdict": "pass"' in run.stdout


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
