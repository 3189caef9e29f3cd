# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/power-measured.md do what the page says."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xky.boards.description.board import board_named
from xky.hil.cli import app

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/power-measured.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^xky (power .*)$", PAGE, re.MULTILINE)


def test_each_command_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) == 5
    for command in COMMANDS:
        done = CliRunner().invoke(app, shlex.split(command))
        assert done.exit_code == 0, (command, done.output, done.exception)
        assert done.output
    assert board_named("fitted.toml").power is not None
    for written in ("overlay.svg", "loads.toml", "profile.svg"):
        assert (tmp_path / written).stat().st_size > 100
