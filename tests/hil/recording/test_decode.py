# SPDX-License-Identifier: Apache-2.0
"""``xky decode``: every capture, every form of output, every way to fail."""

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from threading import Thread
from typing import Any

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner, Result

from xky.hil.cli import app
from xky.hil.recording import port as recording_port
from xky.protocol import BenchError, Group, InputError, Mode, encode_frame

from ...command import XKY, xky
from ...pty_line import pty_line, wait_until_opened, wait_until_taken

CAPTURES = Path(__file__).parents[3] / "fixtures" / "captures"
README = (CAPTURES / "README.md").read_text()
RX_ERRORS = "hist_3p_base_rx_errors_lains.txt"  # went through a terminal: groups end LF LF, and the README counts none
COMMAND = (*XKY, "decode")

GOOD = b"\x02\nADCO 012345678901 E\r\nPTEC HP..  \r\x03"
REFUSED = b"\x02\nADCO 012345678901 F\r\nPTEC HP..  \r\x03"

_GROUP = {
    "oneOf": [
        {
            "properties": {
                "label": {"type": "string"},
                "timestamp": {"type": ["string", "null"]},
                "timestamp_mark": {"enum": ["impossible", "uncertain"]},
                "value": {"type": "string"},
                "offset": {"type": "integer"},
                "ok": {"const": True},
            },
            "required": ["label", "timestamp", "value", "offset", "ok"],
            "additionalProperties": False,
        },
        {
            "properties": {
                "label": {"type": ["string", "null"]},
                "offset": {"type": "integer"},
                "length": {"type": "integer"},
                "ok": {"const": False},
                "reason": {"enum": ["checksum", "structure", "label", "length", "charset", "overlong"]},
            },
            "required": ["label", "offset", "length", "ok", "reason"],
            "additionalProperties": False,
        },
    ]
}
_EVENT = {
    "oneOf": [
        {
            "properties": {
                "event": {"const": "frame"},
                "frame": {"type": "integer", "minimum": 1},
                "offset": {"type": "integer", "minimum": 0},
                "mode": {"enum": ["historic", "standard"]},
                "complete": {"type": "boolean"},
                "groups": {"type": "array", "items": _GROUP},
            },
            "required": ["event", "frame", "offset", "mode", "complete", "groups"],
            "additionalProperties": False,
        },
        {
            "properties": {
                "event": {"const": "interrupted"},
                "frame": {"type": "integer", "minimum": 1},
                "offset": {"type": "integer", "minimum": 0},
                "by": {"enum": ["eot", "stx", "end"]},
            },
            "required": ["event", "frame", "offset", "by"],
            "additionalProperties": False,
        },
        {
            "properties": {"event": {"const": "mended"}, "ending": {"enum": ["lf", "cr", "crlf"]}},
            "required": ["event", "ending"],
            "additionalProperties": False,
        },
        {
            "properties": {
                "event": {"const": "noise"},
                "offset": {"type": "integer", "minimum": 0},
                "length": {"type": "integer", "minimum": 1},
            },
            "required": ["event", "offset", "length"],
            "additionalProperties": False,
        },
    ]
}

_CONTRACT = jsonschema.Draft202012Validator(_EVENT)


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["decode", *map(str, arguments)], input=stdin)


def json_lines(*arguments: str | Path, stdin: bytes | None = None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*arguments, "--json", stdin=stdin).stdout.splitlines()]


def table_rows() -> list[tuple[str, int, int, int]]:
    """File, whole frames, groups and valid groups, as the README's table says."""
    rows = re.findall(r"^\| (\S+\.txt) \|.*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| [^|]*\|$", README, re.M)
    return [(name, int(whole), int(groups), int(valid)) for name, _, whole, groups, valid in rows]


def invalid_groups() -> list[tuple[str, bytes]]:
    """File and body of the invalid groups that the README names."""
    section = README.split("## Groups whose checksum is not valid")[1].split("\n## ")[0]
    return [
        (name, text.encode().decode("unicode_escape").encode())
        for name, texts in re.findall(r"^- \*\*(\S+)\*\*: \d+ of \d+: (.*)$", section, re.M)
        for text in re.findall(r"`([^`]*)`", texts)
    ]


@contextmanager
def decoding(*arguments: str, stdin: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a process, which does not outlive the test."""
    child = subprocess.Popen([*COMMAND, *arguments], stdin=stdin, stdout=subprocess.PIPE, bufsize=0)
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()


def first_line(child: subprocess.Popen[bytes], master: int, sent: bytes) -> bytes:
    """What the command says first; opening a port discards what was waiting there, so send it again."""
    assert child.stdout is not None
    deadline_s = time.monotonic() + 20
    while not select([child.stdout], [], [], 0.3)[0]:
        assert time.monotonic() < deadline_s, "the command says nothing"
        os.write(master, sent)
    return child.stdout.readline()


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """The meter's end, and the name of the receiver's."""
    with pty_line() as ends:
        yield ends


# Captures


def test_the_readme_lists_every_capture() -> None:
    assert {row[0] for row in table_rows()} == {path.name for path in CAPTURES.glob("*.txt")}
    assert len(invalid_groups()) == 22


@pytest.mark.by_day(13)
@pytest.mark.parametrize(("name", "whole", "groups", "valid"), table_rows())
def test_frames_and_groups_are_those_of_the_readme(name: str, whole: int, groups: int, valid: int) -> None:
    raw = (CAPTURES / name).read_bytes()
    events = json_lines(CAPTURES / name)
    for event in events:
        _CONTRACT.validate(event)
    if name == RX_ERRORS:
        assert events[0] == {"event": "mended", "ending": "lf"}
        assert sum(group["ok"] for event in events for group in event.get("groups", [])) == 303
        return
    frames = [event for event in events if event["event"] == "frame"]
    seen = [group for frame in frames for group in frame["groups"]]
    # the README counts what stands between an LF and a CR; we also tell the groups that have no CR
    closed = [g for g in seen if g["ok"] or raw[g["offset"] + g["length"] - 1 :][:1] == b"\r"]
    assert sum(frame["complete"] for frame in frames) == whole
    assert (len(closed), sum(group["ok"] for group in seen)) == (groups, valid)
    assert [frame["frame"] for frame in frames] == list(range(1, len(frames) + 1))


@pytest.mark.by_day(8)
@pytest.mark.parametrize(("name", "body"), invalid_groups())
def test_each_invalid_group_of_the_readme_is_told_with_its_offset(name: str, body: bytes) -> None:
    raw = (CAPTURES / name).read_bytes()
    offset = raw.index(b"\n" + body)
    while raw[offset + len(body) + 1] not in b"\r\n":  # a good group begins alike
        offset = raw.index(b"\n" + body, offset + 1)
    refused = [g["offset"] for event in json_lines(CAPTURES / name) for g in event.get("groups", []) if not g["ok"]]
    assert offset in refused
    assert f"byte {offset}, group " in run(CAPTURES / name).stdout


@pytest.mark.by_day(4)
@pytest.mark.parametrize("name", [row[0] for row in table_rows()])
def test_json_csv_and_table_agree_on_the_exit_status(name: str) -> None:
    codes = {run(CAPTURES / name, *option).exit_code for option in ([], ["--json"], ["--csv"])}
    rows = {row[0]: row for row in table_rows()}
    assert len(codes) == 1
    if rows[name][2] != rows[name][3]:
        assert codes == {1}


# The contract of --json


def test_json_lines_are_the_contract_to_the_letter() -> None:
    line = b"xx" + REFUSED + b"\xff\x02\nDATE\tE200811150447\t\t?\r\x04"
    assert json_lines("-", stdin=line) == [
        {"event": "noise", "offset": 0, "length": 2},
        {
            "event": "frame",
            "frame": 1,
            "offset": 2,
            "mode": "historic",
            "complete": True,
            "groups": [
                {"label": "ADCO", "offset": 3, "length": 21, "ok": False, "reason": "checksum"},
                {"label": "PTEC", "timestamp": None, "value": "HP..", "offset": 24, "ok": True},
            ],
        },
        {"event": "noise", "offset": 38, "length": 1},
        {
            "event": "frame",
            "frame": 2,
            "offset": 39,
            "mode": "standard",
            "complete": False,
            "groups": [
                {"label": "DATE", "timestamp": "E200811150447", "value": "", "offset": 40, "ok": True},
            ],
        },
        {"event": "interrupted", "frame": 2, "offset": 63, "by": "eot"},
    ]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (GOOD, 0),
        (REFUSED, 1),
        (b"noise" + GOOD, 0),
        (GOOD + b"noise" + GOOD, 1),
        (GOOD + b"noise", 1),
        (GOOD[:5] + b"\xff" + GOOD[5:], 1),
        (GOOD[20:] + GOOD + GOOD[:30], 0),  # begins and ends in mid-frame
        (GOOD[:22] + b"\x04" + GOOD, 0),
        (GOOD[1:-1], 0),  # groups outside any frame
        (REFUSED[1:-1], 1),
        (b"\x02", 0),
    ],
)
def test_exit_status(line: bytes, status: int) -> None:
    assert run("-", stdin=line).exit_code == status


def test_a_given_mode_is_kept() -> None:
    assert [event["mode"] for event in json_lines("-", "--mode", "standard", stdin=GOOD)] == ["standard"]
    assert run("-", "--mode", "standard", stdin=GOOD).exit_code == 1


# The other forms


def test_csv_has_one_row_a_group() -> None:
    result = run("-", "--csv", stdin=REFUSED + b"\x02\nSMAXSN\tH200214175135\t10802\t7\r\x03")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert list(rows[0]) == ["frame", "offset", "mode", "label", "timestamp", "value", "unit", "ok", "reason"]
    assert [tuple(row.values()) for row in rows] == [
        ("1", "1", "historic", "ADCO", "", "", "", "false", "checksum"),
        ("1", "22", "historic", "PTEC", "", "HP..", "", "true", ""),
        ("2", "37", "standard", "SMAXSN", "H200214175135", "10802", "VA", "true", ""),
    ]


DATES = {"E271305120000": "impossible", "h270705120000": "uncertain", "H270105120000": None}
DATED = encode_frame([Group("DATE", "", text) for text in DATES], Mode.STANDARD)


SAVED = {
    "lf": lambda data: data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"),
    "cr": lambda data: data.replace(b"\n", b"\r"),
    "crlf": lambda data: data.replace(b"\r", b"\r\n"),
}


@pytest.mark.by_day(3)
@pytest.mark.parametrize("ending", SAVED)
@pytest.mark.parametrize(
    "name", ["std_3p_base_hallard.txt", "hist_1p_tempo_esciara.txt", "madeup_hist_3p_hc_short.txt"]
)
def test_a_file_saved_as_text_says_so_first_and_then_what_the_line_said(name: str, ending: str, tmp_path: Path) -> None:
    raw = (CAPTURES / name).read_bytes()
    text = SAVED[ending](raw)
    (tmp_path / "line.txt").write_bytes(text)
    first, *events = json_lines(tmp_path / "line.txt")
    assert first == {"event": "mended", "ending": ending}
    for event in events:
        _CONTRACT.validate(event)
    as_sent = json_lines(CAPTURES / name)
    assert [without_places(event) for event in events] == [without_places(event) for event in as_sent]
    for group in (group for event in events for group in event.get("groups", []) if group["ok"]):
        assert text[group["offset"] :].startswith(b"\n\r"[ending == "cr" :][:1] + group["label"].encode())
    assert run(tmp_path / "line.txt").exit_code == run(CAPTURES / name).exit_code


def without_places(event: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in event.items() if key not in ("offset", "length")}
    return kept | {"groups": [without_places(group) for group in event["groups"]]} if "groups" in event else kept


def test_a_file_saved_as_text_is_told_in_each_form(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    path.write_bytes(SAVED["lf"](GOOD))
    words = "saved as text: its lines end with LF alone; read as the line sent them"
    table, rows = run(path), run(path, "--csv")
    assert table.stdout.startswith(words) and table.exit_code == 0
    assert words in rows.stderr and rows.stdout.startswith("frame,offset") and rows.exit_code == 0


def test_a_wrong_checksum_in_a_text_is_a_refused_group(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    path.write_bytes(text := SAVED["lf"](REFUSED))
    _, frame = json_lines(path)
    refused, good = frame["groups"]
    assert refused == {"label": "ADCO", "offset": 1, "length": 21, "ok": False, "reason": "checksum"}
    assert good["offset"] == text.index(b"\nPTEC") == refused["offset"] + refused["length"] - 1
    assert run(path).exit_code == 1


def test_standard_input_is_mended_where_it_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    path.write_bytes(SAVED["lf"](GOOD))
    with path.open("rb") as file, decoding("--json", "-", stdin=file.fileno()) as child:
        told = [json.loads(line) for line in child.communicate(timeout=20)[0].splitlines()]
    assert [event["event"] for event in told] == ["mended", "frame"]
    assert [group["ok"] for group in told[1]["groups"]] == [True, True]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (lambda data: data.hex(" "), "a hex dump"),
        (lambda data: f"[D][uart_debug:158]: <<< {data.hex(':').upper()}\n", "a log of ESPHome"),
    ],
)
def test_a_dump_or_log_is_read_as_the_bytes_that_it_tells(written: Any, form: str, tmp_path: Path) -> None:
    path = tmp_path / "line.log"
    path.write_text(text := written(REFUSED), encoding="ascii")
    result = run(path, "--json")
    assert result.stderr == f"xky: {path}: is {form}; read as the bytes that it tells\n"
    (frame,) = [json.loads(line) for line in result.stdout.splitlines()]
    _CONTRACT.validate(frame)
    assert [group["ok"] for group in frame["groups"]] == [False, True]
    assert text[frame["offset"] :].startswith("02")
    assert all(text[group["offset"] :].lower().startswith("0a") for group in frame["groups"])
    assert result.exit_code == 1


@pytest.mark.parametrize("way", ["standard input", "a named pipe"])
def test_what_may_be_a_live_line_is_never_mended(way: str, tmp_path: Path) -> None:
    line = SAVED["lf"](GOOD)
    if way == "standard input":
        with decoding("--json", "-", stdin=subprocess.PIPE) as child:
            out, _ = child.communicate(line, timeout=20)
    else:
        os.mkfifo(tmp_path / "pipe")
        with decoding("--json", str(tmp_path / "pipe")) as child:
            (tmp_path / "pipe").write_bytes(line)
            out, _ = child.communicate(timeout=20)
    told = [json.loads(line) for line in out.splitlines()]
    assert child.returncode == 1
    assert "mended" not in [event["event"] for event in told]
    assert not any(group["ok"] for event in told for group in event.get("groups", []))


@pytest.mark.nightly
def test_a_pty_is_never_mended(line: tuple[int, str]) -> None:
    master, path = line
    with decoding("--json", path) as child:
        assert json.loads(first_line(child, master, SAVED["lf"](GOOD)))["event"] != "mended"
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=20)


def test_an_impossible_date_keeps_its_group_and_has_a_mark() -> None:
    (frame,) = json_lines("-", stdin=DATED)
    assert [(group["timestamp"], group.get("timestamp_mark"), group["ok"]) for group in frame["groups"]] == [
        (text, mark, True) for text, mark in DATES.items()
    ]
    rows = list(csv.DictReader(io.StringIO(run("-", "--csv", stdin=DATED).stdout)))
    assert [(row["ok"], row["reason"]) for row in rows] == [
        ("true", "timestamp impossible"), ("true", "timestamp uncertain"), ("true", ""),
    ]  # fmt: skip


def test_impossible_dates_are_counted_and_are_no_reason_to_fail() -> None:
    result = run("-", stdin=DATED)
    assert result.exit_code == 0
    assert "E271305120000 impossible  current date" in result.stdout
    assert result.stdout.splitlines()[-1] == (
        "1 whole frame, 0 partial; 3 good groups, 0 refused; 0 bytes of noise; "
        "1 impossible horodate; 1 uncertain horodate"
    )


@pytest.mark.parametrize(
    "name", ["std_3p_tempo_pm_lains.txt", "hist_1p_tempo_lains.txt", "madeup_hist_3p_hc_short.txt"]
)
def test_table(name: str, snapshot: SnapshotAssertion) -> None:
    text = "\n".join(line.rstrip() for line in run(CAPTURES / name).stdout.splitlines())
    frames = re.split(r"(?=^frame \d+: )", text, flags=re.M)
    assert frames[0] + frames[1] + frames[-1] == snapshot


def test_a_refused_group_is_told_in_one_sentence() -> None:
    assert run("-", stdin=REFUSED).stdout.splitlines()[-2:] == [
        'hist frame 1, byte 1, group ADCO: checksum is "F" (0x46), computed "E" (0x45); group dropped',
        "1 whole frame, 0 partial; 1 good group, 1 refused; 0 bytes of noise",
    ]


def test_progress_never_reaches_standard_output(tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_bytes(GOOD * 30_000)
    master, slave = pty.openpty()
    done = subprocess.run([*COMMAND, str(long), "--csv"], stdout=subprocess.PIPE, stderr=slave, check=False)
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 60_001
    assert b"\x1b" not in done.stdout
    assert os.read(master, 100) != b""
    os.close(master)
    os.close(slave)


# Sources


def test_standard_input_is_told_frame_by_frame_as_it_comes() -> None:
    with decoding("-", "--json", stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for number in (1, 2):
            child.stdin.write(GOOD)
            assert json.loads(child.stdout.readline())["frame"] == number
        child.stdin.close()
        assert child.wait(10) == 0


@pytest.mark.parametrize("options", [[], ["--mode", "historic"]])
def test_a_pty_is_read_until_its_other_side_closes(line: tuple[int, str], options: list[str]) -> None:
    master, port = line

    def meter() -> None:
        wait_until_opened(port)
        for _ in range(3):
            os.write(master, GOOD)
            time.sleep(0.1)
        wait_until_taken(port)  # closing takes what was not read yet
        os.close(master)

    thread = Thread(target=meter)
    thread.start()
    result = run(port, "--json", *options)
    thread.join()
    events = [json.loads(text) for text in result.stdout.splitlines()]
    assert [event["event"] for event in events] == ["frame"] * 3
    assert result.exit_code == 0


@pytest.mark.parametrize(("sent", "status"), [(GOOD, 0), (REFUSED, 1)])
def test_ctrl_c_ends_with_the_summary_and_the_ordinary_status(line: tuple[int, str], sent: bytes, status: int) -> None:
    master, port = line
    with decoding(port) as child:
        assert first_line(child, master, sent).startswith(b"frame 1: historic")
        child.send_signal(signal.SIGINT)
        text, _ = child.communicate(timeout=20)
        assert child.returncode == status
    assert re.match(r"\d whole frames?, 0 partial; ", text.decode().splitlines()[-1])


@pytest.mark.nightly
def test_a_pty_can_be_opened_again_at_the_same_speed(line: tuple[int, str]) -> None:
    master, port = line
    for _ in range(3):
        with decoding(port, "--json") as child:
            assert json.loads(first_line(child, master, GOOD))["complete"]
            child.send_signal(signal.SIGINT)
            assert child.wait(10) == 0


class PortAtOneSpeed:
    """Stands in for a serial port: gives groups at its line's speed, garbage at another."""

    in_waiting = 0

    def __init__(self, line_baud: int) -> None:
        self.baudrate = 9600
        self._line_baud = line_baud

    def read(self, size: int) -> bytes:
        time.sleep(0.001)
        return GOOD if self.baudrate == self._line_baud else b"\x00\x7f\x00"


@pytest.mark.parametrize("baud", [9600, 1200])
def test_the_speed_of_a_port_is_found_by_listening(
    baud: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recording_port, "_TRIAL_S", 0.02)
    port: Any = PortAtOneSpeed(baud)
    assert recording_port._find_speed("/dev/ttyUSB0", port) == GOOD
    assert port.baudrate == baud
    assert capsys.readouterr().err == ""


def test_a_pty_on_which_nothing_is_good_is_told_too(line: tuple[int, str]) -> None:
    master, port = line
    with decoding(port, "--json") as child:
        frame = json.loads(first_line(child, master, b"\x02\nADCO 012345678901 F\r\x03"))
        assert [group["reason"] for group in frame["groups"]] == ["checksum"]


# Errors


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(bytes(1000)), "no TIC in its 1000 bytes"),
    ],
)
def test_a_file_that_is_no_capture_is_an_input_error(tmp_path: Path, make: Any, message: str) -> None:
    path = tmp_path / "capture.txt"
    make(path)
    result = run(path)
    assert isinstance(result.exception, InputError)
    assert str(result.exception).startswith(str(path))
    assert message in str(result.exception)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file: run the tests as another user")
def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "capture.txt"
    path.write_bytes(GOOD)
    path.chmod(0)
    assert isinstance(run(path).exception, InputError)


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        ("/dev/ttyNONE0", BenchError),
        ("/dev/pts/99999", BenchError),
        ("/dev/null", BenchError),
        ("socket://127.0.0.1:1", BenchError),
        ("sokcet://127.0.0.1:1", InputError),
    ],
)
def test_a_port_that_cannot_be_opened(spec: str, error: type[Exception]) -> None:
    result = run(spec)
    assert isinstance(result.exception, error)
    assert str(result.exception).startswith(spec)


def test_a_busy_port_is_a_bench_error(line: tuple[int, str]) -> None:
    master, port = line
    with decoding(port) as first:
        first_line(first, master, GOOD)
        error = run(port).exception
    assert isinstance(error, BenchError)
    assert "busy" in str(error)


def test_json_and_csv_exclude_each_other() -> None:
    assert isinstance(run("-", "--json", "--csv", stdin=GOOD).exception, InputError)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["/nowhere"], 2), (["/dev/ttyNONE0"], 3), (["--mode", "both", "-"], 2), (["--json", "--csv", "-"], 2), ([], 2)],
)
def test_errors_are_an_exit_status_and_no_traceback(arguments: list[str], status: int, tmp_path: Path) -> None:
    done = xky("decode", *arguments, cwd=tmp_path)
    assert done.returncode == status
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
