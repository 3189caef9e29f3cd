# SPDX-License-Identifier: Apache-2.0
"""Sound readers of four architectures pass every must, in both modes; at true speed too, at night."""

import sys
from pathlib import Path

import pytest

from xky.hil.campaign.campaign import Options
from xky.protocol import Mode

from ..compiler import needs_compiler
from ..timely import certify_in_time

READERS = {path.stem: path for path in sorted((Path(__file__).parent / "readers").glob("*.py"))} | {
    "buffer_and_regex": Path(__file__).parents[2] / "docs" / "examples" / "reader.py"
}


def failed(name: str, mode: Mode, speed: float, folder: Path, line: str = "pty") -> list[str]:
    """What it was accused of, and what remains undecided among the musts."""
    wanted = "{port} {mode}" if name == "buffer_and_regex" else "{port} {mode} {baud}"
    options = Options(f"exec:{sys.executable} {READERS[name]} {wanted}", mode=mode, speed=speed, line=line)
    report = certify_in_time(options, folder)
    assert report["decided"] > 40
    return [
        f"{purpose['id']}: {purpose['reason']}"
        for one in report["requirements"]
        for purpose in one["purposes"]
        if one["level"] == "must" and purpose["verdict"] in ("fail", "inconclusive")
    ]


def test_there_are_four_architectures() -> None:
    assert set(READERS) == {"buffer_and_regex", "frame_by_frame", "group_by_group", "line_machine"}


@needs_compiler
@pytest.mark.realtime
@pytest.mark.parametrize("name", ["group_by_group", "line_machine"])
def test_a_sound_reader_passes_every_must(name: str, tmp_path: Path) -> None:
    assert failed(name, Mode.STANDARD, 20.0, tmp_path) == []


@needs_compiler
@pytest.mark.realtime
@pytest.mark.nightly
@pytest.mark.parametrize("mode", list(Mode), ids=str)
@pytest.mark.parametrize("name", READERS)
def test_a_sound_reader_passes_every_must_at_true_speed(name: str, mode: Mode, tmp_path: Path) -> None:
    assert failed(name, mode, 1.0, tmp_path) == []


@needs_compiler
@pytest.mark.realtime
@pytest.mark.nightly
@pytest.mark.parametrize("mode", list(Mode), ids=str)
@pytest.mark.parametrize("name", ["group_by_group", "line_machine"])
def test_a_sound_reader_passes_every_must_over_rfc_2217(name: str, mode: Mode, tmp_path: Path) -> None:
    assert failed(name, mode, 10.0, tmp_path, "rfc2217") == []
