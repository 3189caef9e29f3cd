# SPDX-License-Identifier: Apache-2.0
"""Where there is no room, nobody to read or no end in sight: one line, the right status, and nothing that hangs."""

import errno
import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
import serial

import xky.emulator.serial_url  # makes linky:// known
from xky.hil.cli import main
from xky.protocol import BenchError, InputError
from xky.protocol.capture import FORMAT, CaptureReader
from xky.protocol.errors import cannot_be_written

from ...command import XKY, started

CAPTURE = Path(__file__).parents[3] / "fixtures" / "captures" / "std_1p_bad_gammatroniques.txt"
FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full, a device that is always full (Linux)")


def xky(*arguments: str, out: Path | None = None) -> tuple[int, list[str]]:
    """Status and lines on standard error of a command whose output goes to a file."""
    with (out or Path(os.devnull)).open("w") as stdout:
        run = subprocess.run(
            [*XKY, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=60,
            check=False,
        )  # fmt: skip
    return run.returncode, run.stderr.splitlines()


@pytest.mark.by_day(2)
@pytest.mark.parametrize(
    ("arguments", "out", "told"),
    [
        (["emulate", "--frames", "200", "--out", "/dev/full"], None, "xky: /dev/full: cannot be written on"),
        (["emulate", "--port", "-", "--frames", "2", "--speed", "50"], FULL, "xky: standard output: cannot be written"),
        (["decode", str(CAPTURE)], FULL, "xky: no room is left"),
        (["decode", "--json", str(CAPTURE)], FULL, "xky: no room is left"),
    ],
)
def test_a_full_disk_is_one_line_and_the_benchs(arguments: list[str], out: Path | None, told: str) -> None:
    status, lines = xky(*arguments, out=out)
    assert status == 3
    assert [line for line in lines if line.startswith("xky: ")][-1].startswith(told)
    assert not any("Traceback" in line for line in lines)


@pytest.mark.parametrize(
    ("number", "kind", "told"),
    [
        (errno.ENOSPC, BenchError, "--out x: no room is left; free some, or give another name"),
        (errno.EDQUOT, BenchError, "--out x: no room is left; free some, or give another name"),
        (errno.EFBIG, BenchError, "--out x: no room is left; free some, or give another name"),
        (errno.EACCES, InputError, "--out x: cannot be written (Permission denied); give another name"),
    ],
)
def test_no_room_is_the_benchs_and_a_wrong_name_the_persons(number: int, kind: type[Exception], told: str) -> None:
    error = cannot_be_written("--out x", OSError(number, os.strerror(number)))
    assert (type(error), str(error)) == (kind, told)


def _is_full(*_arguments: object, **_named: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["keys", "new", "x"], "os.open"),
        (["statement", "new", "x"], "pathlib.Path.open"),
        (["capture", str(CAPTURE), "--out", "x"], "xky.hil.recording.capture_rewriter.whole_file"),
        (["power", "spice", "winky-c6", "--out", "x.cir"], "pathlib.Path.write_text"),
    ],
    ids=lambda one: " ".join(one[:2]) if isinstance(one, list) else "",
)
def test_a_file_that_has_no_room_to_begin_with_is_the_benchs_too(
    arguments: list[str], made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["xky", *arguments])
    with monkeypatch.context() as full, pytest.raises(SystemExit) as ended:
        full.setattr(made, _is_full, raising=False)
        main()
    assert ended.value.code == 3
    assert "no room is left; free some" in capsys.readouterr().err


def test_a_closed_standard_output_is_the_persons() -> None:
    run = subprocess.run(
        ["sh", "-c", 'exec "$@" emulate --port - >&-', "sh", *XKY], stderr=subprocess.PIPE, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert run.stderr.startswith("xky: --port -: standard output is closed")


@pytest.mark.nightly
@pytest.mark.realtime
def test_a_hang_up_takes_the_link_away_but_no_link_of_somebody_else(tmp_path: Path) -> None:
    link = tmp_path / "linky"
    for replaced in (False, True):
        with started([*XKY, "emulate", "--link", str(link)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == str(link)
            if replaced:
                link.unlink()
                link.symlink_to("/etc")
            process.send_signal(signal.SIGHUP)
            assert process.wait(20) == 128 + signal.SIGHUP
        assert link.is_symlink() == replaced


@pytest.mark.nightly
def test_a_scenario_behind_a_url_ends() -> None:
    with serial.serial_for_url("linky://?scenario=overload&speed=max", baudrate=9600, bytesize=7, parity="E") as port:
        heard = 0
        while not port.ended:
            heard += len(port.read(max(1, port.in_waiting)))
    assert heard > 100_000


@pytest.mark.parametrize("line", ["[" * 20_000, '[NaN, "a"]', '[1e999, "a"]', '[1e300, "a"]', '[-1, "a"]'])
def test_a_line_of_a_capture_that_cannot_be_is_a_damaged_one(line: str) -> None:
    header = {"format": FORMAT, "port": "x", "started": "2026-01-15T12:00:00Z", "baud": 9600, "uart": "8N1"}
    reader = CaptureReader([gzip.compress(f'{json.dumps(header)}\n[1.0, "a"]\n{line}\n'.encode())])
    assert [run.end_s for run in reader] == [1.0]
    assert reader.trouble == "line 3 of it is damaged"


def test_a_header_that_cannot_be_is_no_capture() -> None:
    with pytest.raises(InputError, match="does not begin with the header"):
        CaptureReader([gzip.compress(b"[" * 20_000 + b"\n")])


@pytest.mark.by_day(3)
@pytest.mark.parametrize("arguments", [
    ["--help"], ["boards"], ["decode", str(CAPTURE)], ["decode", "--json", str(CAPTURE)],
    ["decode", "--csv", str(CAPTURE)], ["emulate", "--frames", "1"],
])  # fmt: skip
def test_what_is_to_be_said_on_a_closed_standard_output_is_one_line(arguments: list[str]) -> None:
    run = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *XKY, *arguments], stderr=subprocess.PIPE, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert run.stderr == "xky: standard output is closed; leave it open, or send it to /dev/null\n"


@pytest.mark.nightly
def test_a_closed_stream_is_not_taken_by_a_file_that_is_opened_next(tmp_path: Path) -> None:
    run = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *XKY, "emulate", "--frames", "3", "--out", "line.bin"],
        cwd=tmp_path, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0
    assert (tmp_path / "line.bin").read_bytes().startswith(b"\x02")
    assert (tmp_path / "line.bin").read_bytes().endswith(b"\x03")


@pytest.mark.by_day(2)
@pytest.mark.parametrize("arguments", [
    ["--help"], ["boards"], ["power", "show", "winky-c6"], ["decode", "--json", str(CAPTURE)],
    ["decode", str(CAPTURE)], ["decode", "--csv", str(CAPTURE)],
    ["emulate", "--port", "-", "--speed", "100"],
])  # fmt: skip
def test_a_reader_that_leaves_ends_a_command_as_it_ends_any_filter(arguments: list[str]) -> None:
    with started([*XKY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 141
    assert said == b""
