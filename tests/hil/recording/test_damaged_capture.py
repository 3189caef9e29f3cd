# SPDX-License-Identifier: Apache-2.0
"""A capture file that is damaged: one line says what and where, whatever it is used for, and that use ends."""

import gzip
import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner, Result

from xky.hil.cli import app
from xky.protocol.capture import FORMAT, CaptureWriter, Header, Run

GROUP = b"\nVTIC\t02\tJ\r"
FRAME = b"\x02" + GROUP * 3 + b"\x03"
HEADER = json.dumps({"format": FORMAT, "started": None, "port": "serial", "baud": 9600, "uart": "8N1"})
USES = ("decode", "replay", "rewrite", "parquet")


def run_of(end_s: float, data: bytes = FRAME) -> str:
    return json.dumps([end_s, data.decode("latin-1")])


def ended(at_s: float) -> str:
    return json.dumps({"ended": "the person ended it", "at_s": at_s})


def used(use: str, path: Path) -> Result:
    """One of the ways to use a capture, on one."""
    out = str(path.with_suffix(".out"))
    arguments = {
        "decode": ["decode", str(path)],
        "replay": ["emulate", "--replay", str(path), "--out", out],
        "rewrite": ["capture", str(path), "--out", out, "--anonymise", "--force"],
        "parquet": ["decode", str(path), "--parquet", out],
    }[use]
    return CliRunner().invoke(app, arguments, env={"XKY_KEY": "sixteen or more!"})


def told(result: Result) -> str:
    """The one line of a complaint."""
    text = result.stderr or str(result.exception)
    assert len(text.splitlines()) == 1, text
    return text


def lines_file(path: Path, *lines: str) -> Path:
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in (HEADER, *lines)).encode()))
    return path


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("lines", "what"), [
    (['[0.1, "'], "line 2 of it is damaged; nothing before that can be read; give another capture"),
    ([], "it was cut before the capture ended; nothing before that can be read; give another capture"),
])  # fmt: skip
def test_damage_before_the_first_byte_is_told_in_one_line(
    tmp_path: Path, use: str, lines: list[str], what: str
) -> None:
    result = used(use, lines_file(tmp_path / "line.xkyc", *lines))
    assert told(result).endswith(f"line.xkyc: {what}")
    assert not (tmp_path / "line.out").exists()


@pytest.mark.parametrize("use", USES)
def test_what_stands_before_damage_is_used_and_the_rest_told_in_one_line(tmp_path: Path, use: str) -> None:
    result = used(use, lines_file(tmp_path / "line.xkyc", run_of(0.1), run_of(0.2), '[0.3, "'))
    assert result.exit_code == 0
    assert told(result) == f"xky: {tmp_path}/line.xkyc: line 4 of it is damaged; read up to second 0.2\n"


@pytest.mark.parametrize(("use", "more"), [
    ("decode", "no TIC in its 4 bytes"), ("rewrite", "not one good group in 4 bytes"), ("parquet", "no TIC in it"),
])  # fmt: skip
def test_damage_behind_bytes_that_are_no_group_is_told_with_them(tmp_path: Path, use: str, more: str) -> None:
    line = told(used(use, lines_file(tmp_path / "line.xkyc", run_of(0.1, b"C\t02"), "[")))
    assert f"line 3 of it is damaged; read up to second 0.1; {more}" in line


def test_a_file_without_a_good_group_is_not_asked_about_its_wires(tmp_path: Path) -> None:
    whole = lines_file(tmp_path / "line.xkyc", run_of(0.1, b"\x02\nVTIC\t02\tK\r\x03"), ended(1.0))
    assert told(used("rewrite", whole)).endswith("line.xkyc: not one good group in 13 bytes\n")
    silent = lines_file(tmp_path / "line.xkyc", ended(1.0))
    assert told(used("rewrite", silent)).endswith("line.xkyc: it holds no byte of a line\n")
    assert told(used("replay", silent)).endswith("line.xkyc: holds no byte of a line; give another capture")


@pytest.mark.parametrize(("lines", "what"), [
    ([run_of(0.1), run_of(1e7), run_of(0.3), ended(0.4)], "from second 10000000.000 to 0.300"),
    ([run_of(0.1), run_of(1e7), ended(0.4)], "from second 10000000.000 to its end at 0.400"),
])  # fmt: skip
def test_a_replay_does_not_wait_for_a_time_that_what_follows_belies(
    tmp_path: Path, lines: list[str], what: str
) -> None:
    result = used("replay", lines_file(tmp_path / "line.xkyc", *lines))
    assert told(result).endswith(f"line.xkyc: its times go back, {what}; read up to second 0.1\n")
    assert (tmp_path / "line.out").read_bytes() == FRAME
    assert used("decode", tmp_path / "line.xkyc").stderr == ""  # bytes have no times


@pytest.mark.nightly
def test_a_flipped_bit_anywhere_ends_each_use_with_one_line_at_most(tmp_path: Path) -> None:
    path, random = tmp_path / "line.xkyc", Random(0)
    with path.open("wb") as file:
        writer = CaptureWriter(file, Header(None, "serial", 9600))
        for number in range(30):
            writer.add(Run(number / 10, FRAME + bytes(random.choices(range(256), k=20))))
        writer.close("the person ended it", 3.0)
    whole = path.read_bytes()
    for use in USES:
        for _ in range(15):
            damaged = bytearray(whole)
            damaged[random.randrange(2, len(damaged))] ^= 1 << random.randrange(8)
            path.write_bytes(damaged)
            result = used(use, path)
            assert len((result.stderr or str(result.exception)).splitlines()) <= 1
            assert result.exit_code in (0, 1)  # a status of 2 is given by the command around
