# SPDX-License-Identifier: Apache-2.0
"""``xky emulate``: into a file in virtual time, on a pseudo-terminal in real time."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from xky.emulator import runner
from xky.emulator.outputs import paced
from xky.hil.cli import main
from xky.hil.emulation import ports
from xky.protocol import Decoder, Frame, Mode, decode

from ...command import XKY, Ended, started

EMULATE = (*XKY, "emulate")
STARTS_WITHIN_S = 20.0


Emulate = Callable[..., Ended]
Sent = Callable[..., bytes]


@pytest.fixture
def emulate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Emulate]:
    """Runs ``xky emulate`` to its end, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["xky", "emulate", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Ended(int(ended.value.code or 0), told.out, told.err)

    yield run
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def sent(tmp_path: Path, emulate: Emulate) -> Sent:
    """What a virtual run writes."""

    def run(*arguments: str) -> bytes:
        assert emulate(*arguments, "--out", "run.bin") == Ended(0, "", "")
        return (tmp_path / "run.bin").read_bytes()

    return run


def test_a_file_alone_is_written_at_once_and_decodes_whole(emulate: Emulate, tmp_path: Path) -> None:
    run = emulate("--out", "day.bin", "--frames", "300")
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
def test_frames_have_the_length_of_real_ones(
    emulate: Emulate, tmp_path: Path, arguments: list[str], length: int
) -> None:
    assert emulate(*arguments, "--out", "one.bin", "--frames", "1").returncode == 0
    assert len((tmp_path / "one.bin").read_bytes()) == length


def test_the_same_seed_gives_the_same_bytes(emulate: Emulate, tmp_path: Path) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        emulate("--out", name, "--frames", "50", "--seed", seed, "--at", "2026-03-29T01:59")
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_frames_of_the_spring_change_go_from_winter_to_summer(emulate: Emulate, tmp_path: Path) -> None:
    emulate("--out", "night.bin", "--frames", "140", "--at", "2026-03-29T01:59")
    dates = [
        group.timestamp
        for event in decode((tmp_path / "night.bin").read_bytes())
        if isinstance(event, Frame)
        for group in event.good
        if group.label == "DATE" and group.timestamp is not None
    ]
    assert dates[0].startswith("H26032901")
    assert dates[-1].startswith("E26032903")


@pytest.mark.by_day(7)
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--phases", "2"], "phases = 2: input should be 1 or 3"),
        (["--mode", "historic", "--producer"], "producer: historic frames have no producer groups; write mode"),
        (["--contract", "nope"], "contract.name 'nope': not known; known: "),
        (["--at", "yesterday"], "write 2027-01-05T21:55"),
        (["--at", "2026-03-29T02:30"], "skipped by the change to summer time"),
        (["--speed", "0"], "expected a number from 0.001 to 1e+06"),
        (["--speed", "nan"], "expected a number from 0.001 to 1e+06"),
        (["--speed", "inf"], "expected a number from 0.001 to 1e+06"),
        (["--parity", "keep", "--out", "line"], "--parity keep: is for a pseudo-terminal, and --out alone makes none"),
        (["--parity", "mask"], "--parity mask: not known; known: strip, keep"),
        (["--out", "no/such/folder/x"], "give another --out"),
        (["--port", "pigeon"], "--port pigeon: not known; known: pty, tcp, "),
        (["--port", "tcp://127.0.0.1"], "expected tcp://HOST:PORT, such as tcp://127.0.0.1:7000"),
        (["--port", "rfc2217://127.0.0.1:99999"], "expected rfc2217://HOST:PORT"),
        (["--port", "tcp://203.0.113.1:7000"], "203.0.113.1:7000: cannot be listened at"),
        (["--port", "serial:/dev/null", "--speed", "2"], "/dev/null: a real serial port speaks at the line's own rate"),
        (["--port", "tcp", "--link", "x"], "--link: points to a pseudo-terminal; leave it out with --port tcp"),
        (["--port", "-", "--meters", "2"], "--meters 2: --port - takes one; choose pty, tcp or rfc2217"),
        (["--meters", "2", "--out", "x"], "--out: is for one meter; leave it out with --meters 2"),
    ],
)
def test_a_wrong_argument_gets_one_line(emulate: Emulate, tmp_path: Path, arguments: list[str], told: str) -> None:
    run = emulate("--frames", "1", *arguments)
    assert run.returncode == 2
    assert told in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.realtime
def test_a_person_opens_the_printed_port_and_reads_frames(tmp_path: Path) -> None:
    link = tmp_path / "linky"
    command = [*EMULATE, "--link", str(link), "--speed", "8"]
    with started(command, stdout=subprocess.PIPE, text=True) as process:
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


# Meters and scenarios

SPEED = 1000.0


def values(data: bytes) -> list[dict[str, str]]:
    """What each frame says."""
    return [frame.values for frame in decode(data) if isinstance(frame, Frame)]


def test_a_meter_is_one_of_ready_ones_or_a_file(sent: Sent, tmp_path: Path) -> None:
    [said] = values(sent("--meter", "tempo-3p", "--frames", "1"))
    assert (said["NGTF"].strip(), said["PREF"], "SINSTS3" in said) == ("TEMPO", "18", True)
    (tmp_path / "my-house.toml").write_text('pref_kva = 3\nload_va = 1200\nat = "2027-01-05T23:59:59"\nseed = 4\n')
    [said] = values(sent("--meter", "my-house.toml", "--frames", "1"))
    assert (said["PREF"], said["SINSTS"]) == ("03", "01200")


def test_the_command_line_counts_over_the_meters_file(sent: Sent, tmp_path: Path) -> None:
    (tmp_path / "my-house.toml").write_text('pref_kva = 3\nat = "2027-01-05T23:59:59"\nseed = 4\n[household]\n')
    file = ["--meter", "my-house.toml", "--frames", "40"]
    as_written = sent(*file)
    assert sent(*file, "--seed", "4") == as_written
    assert sent(*file, "--seed", "0") != as_written
    assert values(sent(*file, "--seed", "5"))[0]["ADSC"] != values(as_written)[0]["ADSC"]
    [said] = values(sent(*file[:2], "--frames", "1", "--mode", "historic", "--contract", "tempo"))
    assert (said["ISOUSC"], said["OPTARIF"]) == ("15", "BBR(")
    [said] = values(sent(*file[:2], "--frames", "1", "--at", "2027-01-05T12:00", "--phases", "3"))
    assert (said["NTARF"], said["PREF"], "IRMS3" in said) == ("02", "03", True)


def test_a_scenario_ends_by_itself_and_its_mode_and_seed_may_be_told(sent: Sent, tmp_path: Path) -> None:
    data = sent("--scenario", "mobile-peaks")
    assert sent("--scenario", "mobile-peaks") == data
    assert sent("--scenario", "mobile-peaks", "--seed", "3") != data
    historic = values(sent("--scenario", "overload", "--mode", "historic"))
    assert sum("ADPS" in said for said in historic) > 50
    assert len(values(sent("--scenario", "overload", "--frames", "7"))) == 7


@pytest.mark.nightly
def test_a_run_is_drawn_when_it_ends(sent: Sent, tmp_path: Path) -> None:
    sent("--scenario", "overload", "--plot", "run.svg")
    assert b"the breaker opens" in (tmp_path / "run.svg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--scenario", "overlord"], "scenario 'overlord': not known; known: clock-change-autumn, "),
        (["--scenario", "overlord"], "Did you mean overload?"),
        (["--meter", "tempo-2p"], "meter 'tempo-2p': not known; known: "),
        (["--scenario", "overload", "--meter", "hc-1p"], "--meter: a scenario brings its own meter and times"),
        (["--scenario", "overload", "--phases", "3"], "--phases: a scenario brings its own meter and times"),
        (["--scenario", "overload", "--at", "2027-01-01T00:00"], "--at: a scenario brings its own meter and times"),
        (["--scenario", "solar-day", "--mode", "historic"], "meters/producer-hc-1p.toml:2: producer: historic frames"),
        (
            ["--meter", "producer-hc-1p", "--mode", "historic"],
            "meters/producer-hc-1p.toml:2: producer: historic frames",
        ),
        (["--meter", "gone.toml"], "gone.toml: cannot be read"),
        (["--scenario", "gone.toml"], "gone.toml: cannot be read"),
        (["--meter", "bad.toml"], "bad.toml:3: contract: tempo has no colours; write a table"),
        (
            ["--scenario", "story.toml"],
            "story.toml:6: event.0.adir: a single-phase meter has no ADIR; write adps = true",
        ),
        (["--scenario", "trace.toml"], "trace.toml:6: event.0.trace: day.csv:3: time '30': 30 s before"),
        (["--meter", "hc-1p", "--plot", "run.gif"], "--plot run.gif: unknown ending"),
    ],
)
def test_a_wrong_meter_or_scenario_gets_one_line_and_nothing_is_written(
    emulate: Emulate, tmp_path: Path, arguments: list[str], told: str
) -> None:
    times = 'at = "2027-01-05T18:00"\nend = "2027-01-05T18:30"\n\n[[event]]\nat = "18:05"\n'
    (tmp_path / "bad.toml").write_text('pref_kva = 9\n\ncontract = "tempo"\n')
    (tmp_path / "story.toml").write_text(f"{times}adir = [1]\n")
    (tmp_path / "trace.toml").write_text(f'{times}trace = {{ file = "day.csv" }}\n')
    (tmp_path / "day.csv").write_text("time,power\n60,1\n30,2\n")
    before = set(tmp_path.iterdir())
    run = emulate(*arguments, "--out", "run.bin")
    assert run.returncode == 2
    assert told in run.stderr.replace(f"{tmp_path}/", "")
    assert len(run.stderr.splitlines()) == 1
    assert set(tmp_path.iterdir()) == before


@pytest.mark.realtime
def test_a_slow_reader_of_a_fast_scenario_gets_every_byte_in_order(sent: Sent, tmp_path: Path) -> None:
    told = ["--scenario", "mode-change"]
    expected = sent(*told)
    heard = b""
    with started([*EMULATE, *told, "--speed", str(SPEED)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        fd = os.open(process.stdout.readline().strip(), os.O_RDWR | os.O_NOCTTY)
        try:
            while chunk := os.read(fd, 700):
                heard += chunk
                time.sleep(0.001)
        except OSError:  # the hang-up at the scenario's end
            pass
        finally:
            os.close(fd)
        assert process.wait(STARTS_WITHIN_S) == 0
    assert heard == expected


@pytest.mark.nightly
@pytest.mark.realtime
def test_decode_reads_a_scenario_to_its_end(sent: Sent, tmp_path: Path) -> None:
    expected = values(sent("--scenario", "meter-exchange"))
    command = [*EMULATE, "--scenario", "meter-exchange", "--speed", str(SPEED)]
    with started(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        decode_it = [*XKY, "decode", process.stdout.readline().strip(), "--json"]
        read = subprocess.run(decode_it, capture_output=True, text=True, timeout=60, check=False)
        assert process.wait(STARTS_WITHIN_S) == 0
    assert (read.returncode, read.stderr) == (0, "")
    frames = [json.loads(line) for line in read.stdout.splitlines()]
    assert all(frame["event"] == "frame" and frame["complete"] for frame in frames)
    assert [{group["label"]: group["value"] for group in frame["groups"]} for frame in frames] == expected


@pytest.mark.realtime
def test_a_fast_scenario_that_nobody_listens_to_ends(emulate: Emulate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "_READER_COMES_WITHIN_S", 0.1)
    ended = emulate("--scenario", "mobile-peaks", "--speed", str(SPEED))
    assert (ended.returncode, ended.stderr) == (0, "xky: waiting up to 0 s for a reader\n")
    assert ended.stdout.startswith("/dev/")


# Other ways out than a pseudo-terminal


def test_a_serial_port_that_is_not_there_is_the_benchs_fault(emulate: Emulate) -> None:
    run = emulate("--port", "serial:/dev/nothing-here", "--frames", "1")
    assert run.returncode == 3
    assert run.stderr.startswith("xky: /dev/nothing-here: cannot be opened (No such file or directory)")
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.realtime
def test_standard_output_holds_the_line_and_nothing_else(sent: Sent) -> None:
    expected = sent("--frames", "3")
    run = subprocess.run([*EMULATE, "--port", "-", "--frames", "3", "--speed", "20"], capture_output=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, expected, b"")


@pytest.mark.realtime
def test_a_run_ends_when_nobody_reads_standard_output_any_more() -> None:
    with started([*EMULATE, "--port", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(20).startswith(b"\x02\nADSC\t")
        process.stdout.close()
        assert process.wait(STARTS_WITHIN_S) == 141
        assert process.stderr.read() == b""


@pytest.mark.nightly
@pytest.mark.realtime
@pytest.mark.parametrize("port", ["tcp", "rfc2217"])
def test_many_meters_in_one_process_each_with_a_port_and_an_address_of_its_own(port: str) -> None:
    command = [*EMULATE, "--port", port, "--meters", "2", "--speed", "8"]
    with started(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            meters = set()
            for name in [process.stdout.readline().strip() for _ in range(2)]:
                with serial.serial_for_url(name, 9600, bytesize=7, parity="E", timeout=STARTS_WITHIN_S) as opened:
                    read = b""
                    while (found := re.search(rb"ADSC\t(\d{12})\t", read)) is None:
                        read += opened.read(200)
                    meters.add(found[1])
            assert len(meters) == 2
        finally:
            os.kill(process.pid, signal.SIGINT)
        assert process.wait(STARTS_WITHIN_S) == 0


@pytest.mark.realtime
def test_how_late_the_line_came_is_told_at_the_end(emulate: Emulate, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ports.LATE_S == runner.LATE_S
    monkeypatch.setattr(runner, "LATE_S", -1.0)  # as if it always had been
    told = emulate("--frames", "1", "--mode", "standard").stderr
    assert re.fullmatch(
        r"xky: the line came over 150 ms late \d+ times?, \d+\.\d\d s at the most, first 0\.0 s after its start: "
        r"the machine was busy, or a call of --control took long\n", told,
    )  # fmt: skip
