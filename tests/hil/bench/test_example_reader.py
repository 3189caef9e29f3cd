# SPDX-License-Identifier: Apache-2.0
"""The example of the documentation, a sound reader, passes everything on every line, and in both modes."""

import sys
from pathlib import Path

import pytest

from xky.hil.campaign.campaign import Options
from xky.hil.campaign.suite import declared_purposes
from xky.hil.catalogue.applicability import facts_of
from xky.protocol import Mode

from ...compiler import needs_compiler
from ...timely import certify_in_time
from ..catalogue.agreement import check_applicability

READER = Path(__file__).parents[3] / "docs" / "examples" / "reader.py"


@needs_compiler
@pytest.mark.realtime
@pytest.mark.parametrize(
    ("mode", "line", "speed"),
    [
        pytest.param(Mode.HISTORIC, "pty", 20.0, marks=pytest.mark.nightly),
        (Mode.STANDARD, "pty", 5.0),
        pytest.param(Mode.HISTORIC, "rfc2217", 40.0, marks=pytest.mark.nightly),
        pytest.param(Mode.STANDARD, "rfc2217", 20.0, marks=pytest.mark.nightly),
        pytest.param(Mode.HISTORIC, "tcp", 20.0, marks=pytest.mark.nightly),
        pytest.param(Mode.STANDARD, "tcp", 20.0, marks=pytest.mark.nightly),
    ],
)
def test_the_example_reader_passes_everything(mode: Mode, line: str, speed: float, tmp_path: Path) -> None:
    command = f"exec:{sys.executable} {READER} {{port}} {{mode}}"
    options = Options(command, mode=mode, line=line, speed=speed)
    report = certify_in_time(options, tmp_path, strict=line != "tcp")
    wrong = {one["id"]: one["purposes"] for one in report["requirements"] if one["verdict"] != "pass"}
    # not applicable: it does not claim to find the mode, the bench does not feed it, it has no uplink, it has no
    # terminals, and TCP tells no settings
    families = ("XKY-PWR-", "XKY-UPL-", "XKY-LRW-", "TIC-INP-", "TIC-LED-", "TIC-SUP-")
    others = {one.requirement.id for one in declared_purposes() if one.requirement.id.startswith(families)}
    assert wrong.keys() == {"TIC-MOD-2", *others} | ({"TIC-PRT-1"} if line == "tcp" else set())
    assert report["verdict"] == "pass"
    if line != "tcp":  # which tells no settings of a port
        check_applicability(report, facts_of(None, device=command))
    assert report["decided"] == report["total"] - (line == "tcp") >= 12
    assert report["remarks"] == []


def test_the_example_reader_is_short() -> None:
    lines = READER.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 60
