# SPDX-License-Identifier: Apache-2.0
"""``xky diagnose`` as a person calls it: ports, recordings, and what cannot be listened to."""

import json
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from xky.emulator import Linky, serve_pty
from xky.emulator.faults import made_fault
from xky.hil.diagnosis import Heard
from xky.protocol import Mode
from xky.protocol.capture import CaptureWriter, Header
from xky.protocol.uart import Uart

from ...command import XKY, started, xky
from ...schema import require_schema
from .listened import heard_of

SCHEMA = json.loads((resources.files("xky.hil.diagnosis") / "diagnosis.schema.json").read_text(encoding="utf-8"))
CAPTURES = Path(__file__).parents[3] / "fixtures" / "captures"


def written(path: Path, heard: Heard) -> Path:
    with path.open("wb") as stream:
        writer = CaptureWriter(stream, Header("2026-11-29T12:00:00Z", "serial", heard.baud))
        for run in heard.runs:
            writer.add(run)
        writer.close("the time was over", heard.lasted_s)
    return path


def told(stdout: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(stdout)
    require_schema(document, SCHEMA)
    return document


@pytest.mark.parametrize("mode", list(Mode))
def test_a_capture_of_a_good_line_ends_in_a_sentence_and_0(mode: Mode, tmp_path: Path) -> None:
    capture = written(tmp_path / "line.xkyc", heard_of(Linky(mode=mode)))
    ended = xky("diagnose", capture, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("The line is good: ")
    assert "even parity (7E1)" in ended.stdout


def test_a_capture_of_a_bad_line_ends_in_what_to_try_and_1(tmp_path: Path) -> None:
    capture = written(tmp_path / "line.xkyc", heard_of(Linky(), [made_fault("slow_opto")]))
    ended = xky("diagnose", capture, cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith(
        "It is the wiring: the opto-coupler, or what pulls its output up, switches off too slowly"
    )
    assert "try next: 1. give the opto-coupler less light" in ended.stdout
    assert "0 became 1" in ended.stdout


def test_json_is_as_its_schema_says(tmp_path: Path) -> None:
    capture = written(tmp_path / "line.xkyc", heard_of(Linky(), [made_fault("overrun")]))
    document = told(xky("diagnose", capture, "--json", cwd=tmp_path).stdout)
    assert document["cause"] == "overrun"
    assert document["where"] == "the software"
    assert document["line"]["read_at_baud"] == 9600
    assert document["damage"]["characters_lost"] > 50


def test_so_much_of_a_capture_as_is_asked_for(tmp_path: Path) -> None:
    capture = written(tmp_path / "line.xkyc", heard_of(Linky()))
    lasted = [
        told(xky("diagnose", capture, "--json", *so_much, cwd=tmp_path).stdout)["line"]["lasted_s"]
        for so_much in ((), ("--minutes", "0.5"), ("--seconds", "5"))
    ]
    assert 55 < lasted[0] < 60
    assert 28 < lasted[1] < 30
    assert 4 < lasted[2] < 5


def test_a_file_without_times_tells_neither_rate_nor_silences(tmp_path: Path) -> None:
    document = told(xky("diagnose", CAPTURES / "std_1p_base_hallard.txt", "--json", cwd=tmp_path).stdout)
    assert document["cause"] == "good"
    assert document["line"]["rate_baud"] is None
    assert document["notes"] == ["its times are not known, so neither its rate nor its silences are"]


def test_a_capture_of_the_field_with_reception_errors_has_one_cause(tmp_path: Path) -> None:
    document = told(xky("diagnose", CAPTURES / "std_3p_tempo_pm_lains.txt", "--json", cwd=tmp_path).stdout)
    assert document["cause"] == "slow_opto"
    assert (document["damage"]["to_0"], document["damage"]["to_1"]) == (11, 0)


@pytest.mark.parametrize("name", sorted(path.name for path in CAPTURES.glob("madeup_*.txt")))
def test_no_sound_capture_is_accused(name: str, tmp_path: Path) -> None:
    assert told(xky("diagnose", CAPTURES / name, "--json", cwd=tmp_path).stdout)["cause"] == "good"


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        ((), 2, "diagnose: nothing to listen to; give a PORT, a capture, or --opto TYPE"),
        (("/dev/xky-nowhere",), 3, "/dev/xky-nowhere: no such port; is it plugged in?"),
        (("socket://127.0.0.1:1",), 3, "socket://127.0.0.1:1: cannot be opened"),
        (("nowhere.xkyc",), 2, "nowhere.xkyc: no such file"),
        (("empty",), 2, "empty: is empty"),
        (("nothing.xkyc",), 2, "nothing.xkyc: holds no byte of a line"),
        (("empty", "--seconds", "0"), 2, "--seconds 0: expected a number over 0"),
        (("empty", "--seconds", "1", "--minutes", "1"), 2, "--minutes and --seconds: both say how long"),
        (("empty", "--baud", "1200"), 2, "--baud 1200: empty is no port"),
        (("empty", "--lots", "20"), 2, "--lots: is for --opto TYPE"),
        (("empty", "--opto", "PC814"), 2, "PORT: a line and an opto stage are looked at apart"),
        (("--opto", "PC815"), 2, "--opto PC815: not known; known: LTV-814, "),
    ],
)
def test_what_cannot_be_listened_to_is_one_line(
    arguments: tuple[str, ...], status: int, line: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    written(tmp_path / "nothing.xkyc", Heard("it", "serial", 9600, (), is_timed=True))
    ended = xky("diagnose", *arguments, cwd=tmp_path)
    assert ended.returncode == status
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"xky: {line}")
    assert ended.stderr.count("\n") == 1


def test_a_damaged_capture_is_read_as_far_as_it_can_be_and_that_is_told(tmp_path: Path) -> None:
    capture = written(tmp_path / "line.xkyc", heard_of(Linky(), for_s=200.0))
    whole = capture.read_bytes()
    capture.write_bytes(whole[: len(whole) * 3 // 4])
    document = told(xky("diagnose", capture, "--json", cwd=tmp_path).stdout)
    assert document["cause"] == "good"
    assert any("the file is damaged" in note for note in document["notes"])


def test_an_opto_stage_that_does_not_do_ends_with_1(tmp_path: Path) -> None:
    ended = xky("diagnose", "--opto", "LTV-814A", "--series-ohm", "470", "--lots", "20", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith("LTV-814A behind 470 Ω, on 3300 Ω does at 1200 baud, but not at 9600 baud")


@pytest.mark.realtime
def test_a_port_that_speaks_is_listened_to_for_so_long(tmp_path: Path) -> None:
    with serve_pty(Linky()) as port:
        document = told(xky("diagnose", port, "--seconds", "4", "--json", cwd=tmp_path).stdout)
    assert document["line"]["mode"] == "standard"
    assert document["line"]["port"] == "pty"
    assert document["line"]["eighth_bit"] is None
    assert 4 <= document["line"]["lasted_s"] < 5
    assert document["counts"]["groups"] > 50
    assert document["notes"] == []


@pytest.mark.nightly
@pytest.mark.realtime
def test_of_a_port_with_a_rate_both_are_tried_and_that_is_told(tmp_path: Path) -> None:
    command = [*XKY, "emulate", "--mode", "historic", "--port", "rfc2217"]
    with started(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        document = told(xky("diagnose", port, "--seconds", "6", "--json", cwd=tmp_path).stdout)
    assert document["cause"] == "good"
    assert document["line"]["mode"] == "historic"
    assert document["line"]["read_at_baud"] == 1200
    assert document["notes"][0].startswith("tried 9600 baud for 4 s: ")
    assert document["notes"][0].endswith(", 0 good groups")
    assert document["notes"][1].startswith("tried 1200 baud for ")


@pytest.mark.realtime
@pytest.mark.parametrize("told_mode", [(), ("--mode", "standard")])
def test_a_pseudo_terminal_has_no_rate_whatever_the_mode(told_mode: tuple[str, ...], tmp_path: Path) -> None:
    with serve_pty(Linky(mode=Mode.HISTORIC)) as port:
        document = told(xky("diagnose", port, "--seconds", "5", "--json", *told_mode, cwd=tmp_path).stdout)
    assert (document["cause"], document["line"]["mode"]) == ("good", "historic")


@pytest.mark.realtime
def test_of_an_emulated_url_both_rates_are_tried(tmp_path: Path) -> None:
    document = told(xky("diagnose", "linky://historic", "--seconds", "5", "--json", cwd=tmp_path).stdout)
    assert (document["cause"], document["line"]["read_at_baud"]) == ("good", 1200)


def test_of_a_file_without_times_a_silence_is_not_called_good(tmp_path: Path) -> None:
    line = tmp_path / "line"
    line.write_bytes(heard_of(Linky(), [made_fault("stuck_line")], uart=Uart(9600)).data)
    document = told(xky("diagnose", line, "--json", cwd=tmp_path).stdout)
    assert document["cause"] == "good"
    assert document["sentence"].endswith("what was seen of it; its rate, silences and parity are not known.")
    assert (document["line"]["times_known"], document["line"]["lasted_s"]) == (False, None)


def test_a_stray_character_between_good_groups_is_told_for_what_it_is(tmp_path: Path) -> None:
    document = told(xky("diagnose", CAPTURES / "hist_1p_hc_hallard_b.txt", "--json", cwd=tmp_path).stdout)
    assert document["cause"] == "extra_characters"
    assert "1 character of no TIC at 1 place between groups that are all good" in document["sentence"]
