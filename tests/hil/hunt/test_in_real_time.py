# SPDX-License-Identifier: Apache-2.0
"""Hunts on programs: the examples of the documentation stand them, faults planted in them are found in a minute."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from ...command import Ended, xky

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
pytestmark = pytest.mark.realtime

NO_CHECKSUM = (" or body[-1] != (sum(zone) & 0x3F) + 0x20", "")
DIES = ("        return None\n    if not re.full", "        sys.exit(7)\n    if not re.full")
TENFOLD = ('_kwh"] = int(data) / 1000', '_kwh"] = int(data) / 100')


def planted(folder: Path, file: str, *change: str) -> Path:
    for name in EXAMPLES.iterdir():
        if name.is_file():
            shutil.copy(name, folder)
    if change:
        text = (folder / file).read_text(encoding="utf-8")
        assert change[0] in text
        (folder / file).write_text(text.replace(*change), encoding="utf-8")
    return folder


def fuzz(folder: Path, command: str, *options: object) -> tuple[Ended, dict[str, Any]]:
    ended = xky(
        "fuzz", f"exec:{sys.executable} {folder}/{command}", *map(str, options), "--json", "--out", "hunt", cwd=folder
    )  # fmt: skip
    return ended, json.loads(ended.stdout)


def test_a_reader_that_looks_at_no_checksum_is_found(tmp_path: Path) -> None:
    planted(tmp_path, "reader.py", *NO_CHECKSUM)
    ended, found = fuzz(tmp_path, "reader.py {port} {mode}", "--speed", 20, "--examples", 1)
    assert ended.returncode == 1
    assert [(one["requirement"], one["frames"], one["faults"]) for one in found["found"]] == [
        ("TIC-CHK-1", 1, ["wrong_checksum"])
    ]
    assert (tmp_path / found["found"][0]["stimulus"]).exists()


@pytest.mark.nightly
def test_a_reader_that_dies_is_found_and_the_hunt_goes_on(tmp_path: Path) -> None:
    planted(tmp_path, "reader.py", *DIES)
    ended, found = fuzz(tmp_path, "reader.py {port} {mode}", "--speed", 20, "--examples", 2, "--mode", "standard")
    assert ended.returncode == 1
    assert "the device ended" in found["found"][0]["reason"]
    assert "exit status 7" in found["found"][0]["reason"]


def test_a_reader_that_dies_and_starts_no_more_ends_the_hunt_with_what_it_showed(tmp_path: Path) -> None:
    planted(tmp_path, "reader.py", *DIES)
    once = tmp_path / "once.sh"
    once.write_text('#!/bin/sh\n[ -e dead ] && echo "the flash is gone" >&2 && exit 9\n"$@"\ntouch dead\n')
    once.chmod(0o755)
    ended = xky(
        "fuzz", f"exec:sh {once} {sys.executable} {tmp_path}/reader.py {{port}} {{mode}}", "--speed", "20",
        "--examples", "5", "--mode", "standard", cwd=tmp_path,
    )  # fmt: skip
    assert ended.returncode == 3
    assert ended.stderr.splitlines()[-1].startswith("xky: command 'sh': ended (exit status 9) before the first frame")
    assert "the flash is gone" in ended.stderr
    assert "note: TIC-CMP-1 standard" in ended.stdout


@pytest.mark.nightly
def test_a_gateway_that_publishes_the_wrong_scale_is_found_at_the_broker(tmp_path: Path) -> None:
    planted(tmp_path, "mqtt_gateway.py", *TENFOLD)
    ended, found = fuzz(
        tmp_path, "mqtt_gateway.py {port} {mode} {mqtt}", "--board", tmp_path / "mqtt-gateway.toml", "--probe", "mqtt",
        "--speed", 10, "--examples", 1, "--mode", "standard",
    )  # fmt: skip
    assert ended.returncode == 1
    assert "is 10 times what was sent" in found["found"][0]["reason"]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("reader.py {port} {mode}", ()),
        ("mqtt_gateway.py {port} {mode} {mqtt}", ("--board", "mqtt-gateway.toml", "--probe", "mqtt")),
        ("influx_gateway.py {port} {mode} {influx}", ("--board", "influx-gateway.toml", "--probe", "influx")),
    ],
)
@pytest.mark.nightly
def test_what_is_sound_stands_five_minutes(command: str, options: tuple[str, ...], tmp_path: Path) -> None:
    ended, found = fuzz(planted(tmp_path, ""), command, *options, "--speed", 10, "--minutes", 5)
    assert (ended.returncode, found["found"]) == (0, [])
    assert found["examples"] > 50
