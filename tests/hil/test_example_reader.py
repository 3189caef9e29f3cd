# SPDX-License-Identifier: Apache-2.0
"""The example of the documentation, a sound reader, passes everything on a pseudo-terminal in both modes."""

import sys
from pathlib import Path

import pytest

from xky.hil.campaign import Options
from xky.protocol import Mode

from ..compiler import needs_compiler
from ..timely import certify_in_time

READER = Path(__file__).parents[2] / "docs" / "examples" / "reader.py"


@needs_compiler
@pytest.mark.realtime
@pytest.mark.parametrize("mode", list(Mode), ids=str)
def test_the_example_reader_passes_everything(mode: Mode, tmp_path: Path) -> None:
    options = Options(f"exec:{sys.executable} {READER} {{port}} {{mode}}", mode=mode, speed=20.0)
    report = certify_in_time(options, tmp_path, strict=True)
    wrong = {one["id"]: one["purposes"] for one in report["requirements"] if one["verdict"] != "pass"}
    assert wrong.keys() == {"TIC-MOD-2"}  # not applicable: it does not claim to find the mode
    assert report["verdict"] == "pass"
    assert report["decided"] == report["total"] >= 12
    assert report["remarks"] == []


def test_the_example_reader_is_short() -> None:
    lines = READER.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 60
