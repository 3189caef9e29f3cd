# SPDX-License-Identifier: Apache-2.0
"""``xky emulate``: into a file in virtual time, on a pseudo-terminal in real time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import serial

from xky.protocol import Decoder, Frame, Mode, decode

XKY = [sys.executable, "-c", "from xky.hil.cli import main; main()", "emulate"]
STARTS_WITHIN_S = 20.0


def emulate(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run([*XKY, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_a_file_alone_is_written_at_once_and_decodes_whole(tmp_path: Path) -> None:
    run = emulate("--out", "day.bin", "--frames", "300", cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    events = decode((tmp_path / "day.bin").read_bytes())
    assert len(events) == 300
    assert all(isinstance(event, Frame) and event.complete and event.mode is Mode.STANDARD for event in events)


@pytest.mark.parametrize(
    ("arguments", "length"),
    [
        (["--mode", "standard"], 865),
        (["--mode", "standard", "--producer"], 1093),
        (["--mode", "standard", "--phases", "3"], 1214),
        (["--mode", "historic", "--contract", "base"], 152),
        (["--mode", "historic"], 170),
        (["--mode", "historic", "--phases", "3", "--contract", "tempo"], 356),
    ],
)
def test_frames_have_the_length_of_real_ones(tmp_path: Path, arguments: list[str], length: int) -> None:
    assert emulate(*arguments, "--out", "one.bin", "--frames", "1", cwd=tmp_path).returncode == 0
    assert len((tmp_path / "one.bin").read_bytes()) == length


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        emulate("--out", name, "--frames", "50", "--seed", seed, "--at", "2026-03-29T01:59", cwd=tmp_path)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_frames_of_the_spring_change_go_from_winter_to_summer(tmp_path: Path) -> None:
    emulate("--out", "night.bin", "--frames", "140", "--at", "2026-03-29T01:59", cwd=tmp_path)
    dates = [
        group.timestamp
        for event in decode((tmp_path / "night.bin").read_bytes())
        if isinstance(event, Frame)
        for group in event.good
        if group.label == "DATE" and group.timestamp is not None
    ]
    assert dates[0].startswith("H26032901")
    assert dates[-1].startswith("E26032903")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--phases", "2"], "phases = 2: a Linky has 1 or 3"),
        (["--mode", "historic", "--producer"], "take standard mode"),
        (["--contract", "nope"], "known: base, hc, tempo"),
        (["--at", "yesterday"], "write 2027-01-05T21:55"),
        (["--at", "2026-03-29T02:30"], "skipped by the change to summer time"),
        (["--speed", "0"], "expected a number over 0"),
        (["--out", "no/such/folder/x"], "give another --out"),
    ],
)
def test_a_wrong_argument_gets_one_line(tmp_path: Path, arguments: list[str], told: str) -> None:
    run = emulate("--frames", "1", *arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert told in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.realtime
def test_a_person_opens_the_printed_port_and_reads_frames(tmp_path: Path) -> None:
    link = tmp_path / "linky"
    command = [*XKY, "--link", str(link), "--speed", "8"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == str(link)
            with serial.Serial(str(link), 9600, timeout=STARTS_WITHIN_S) as port:
                decoder = Decoder(Mode.STANDARD)
                frames: list[Frame] = []
                give_up = time.monotonic() + STARTS_WITHIN_S
                while len(frames) < 3 and time.monotonic() < give_up:
                    events = decoder.feed(port.read(200))
                    frames += [event for event in events if isinstance(event, Frame) and event.complete]
            assert len(frames) == 3
        finally:
            os.kill(process.pid, signal.SIGINT)
        assert process.wait(STARTS_WITHIN_S) == 0
    assert not link.is_symlink()
