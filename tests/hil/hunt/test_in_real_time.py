# SPDX-License-Identifier: Apache-2.0
"""Hunts on programs: the examples of the documentation stand them, faults planted in them are found in a minute."""

import json
import shutil
import subprocess
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


RECEIVER = r"""
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int count, char **words) {
    char line[128], frame[4096], c;
    size_t size = 0;
    int port = open(words[count - 1], O_RDWR | O_NOCTTY);
    frame[0] = 0;
    while (read(port, &c, 1) == 1) {
        if (c == 2) frame[0] = 0;
        if (c == 3 && frame[0]) printf("{%s}\n", frame), fflush(stdout);
        if (c == 10) size = 0;
        else if (c == 13) {
            line[size] = 0;
            unsigned sum = 0;
            for (size_t i = 0; i + 1 < size; i++) sum += (unsigned char)line[i];
            char *value = strchr(line, '\t'), *end = strrchr(line, '\t');
            if (size < 5 || !value || value == end || (char)((sum & 63) + 32) != line[size - 1]) continue;
            *value = *end = 0;
            if (strcmp(line, "EAST")) continue;
            sprintf(frame, "\"EAST\": \"%s\"", value + 1);
        } else if (size < sizeof line - 1) line[size++] = c;
    }
}
"""


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")
def test_an_instrumented_program_tells_what_stories_reached_of_it(tmp_path: Path) -> None:
    (tmp_path / "receiver.c").write_text(RECEIVER, encoding="utf-8")
    build = ["gcc", "-fsanitize-coverage=trace-pc", tmp_path / "receiver.c", EXAMPLES / "coverage.c", "-o"]
    subprocess.run([*build, tmp_path / "receiver"], check=True)
    ended = xky(
        "fuzz", f"exec:{tmp_path}/receiver {{port}}", "--labels", "EAST", "--mode", "standard", "--speed", "20",
        "--examples", "2", "--json", cwd=tmp_path,
    )  # fmt: skip
    assert 15 < json.loads(ended.stdout)["coverage"]["blocks"] < 60


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
