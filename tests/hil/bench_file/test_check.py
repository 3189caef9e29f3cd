# SPDX-License-Identifier: Apache-2.0
"""``xky bench check``, ``certify --bench`` and ``pytest --xky-bench`` on virtual instruments and a board on a wire."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from xky.boards import board_named
from xky.emulator.supply import supply_named
from xky.hil.campaign.evidence import read_records
from xky.hil.virtual import SteppedClock, VirtualBench
from xky.hil.virtual.misbehaviour import planned
from xky.protocol import Mode

from ...board_on_a_wire import BoardOnAWire, board_on_a_wire
from ...command import XKY, xky

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.realtime


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XKY_LOCKS", str(tmp_path / "locks"))


@pytest.fixture
def instruments() -> Iterator[VirtualBench]:
    makes = {"supply": "rigol", "capacitor": "keysight"}
    with VirtualBench(board_named("winky-c6"), supply_named("typical"), SteppedClock(), makes=makes) as bench:
        yield bench


@pytest.fixture
def wire() -> Iterator[BoardOnAWire]:
    with board_on_a_wire() as board:
        yield board


def file_of(folder: Path, wire: BoardOnAWire | None, instruments: VirtualBench | None, **device: str) -> Path:
    """A bench file."""
    parts = [] if wire is None else [f'[line]\nport = "{wire.options["line"]}"\n[device]\nspec = "{wire.spec}"\n']
    parts += [f'{name} = "{value}"\n' for name, value in device.items()]
    for role, resource in () if instruments is None else instruments.resources.items():
        parts.append(f'[[instrument]]\nrole = "{role}"\nresource = "{resource}"\n')
    file = folder / "bench.toml"
    file.write_text("".join(parts), encoding="utf-8")
    return file


def test_a_sound_bench_answers_part_by_part(tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench) -> None:
    file = file_of(tmp_path, wire, instruments)
    run = xky("bench", "check", file, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert [line.split()[1] for line in run.stdout.splitlines()[:-1]] == ["supply", "capacitor", "line", "device"]
    assert "RIGOL TECHNOLOGIES,DP832" in run.stdout
    assert run.stdout.splitlines()[-1] == f"{file}: all 4 answered"
    assert run.stderr == "xky: listening to the device for up to 10 s\n"


def test_outputs_stay_as_they_are_when_a_bench_is_looked_at(tmp_path: Path, instruments: VirtualBench) -> None:
    supply: Any = instruments.instruments["supply"]
    supply.switch(on=True)
    assert xky("bench", "check", file_of(tmp_path, None, instruments), cwd=tmp_path).returncode == 0
    assert supply.is_on


def test_each_wrong_thing_is_one_line_and_the_rest_is_looked_at(
    tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench
) -> None:
    instruments.refuse("supply")
    instruments.behaviours["capacitor"].planned = planned("wrong-identity")
    file = file_of(tmp_path, wire, instruments)
    with serial.Serial(wire.line, exclusive=True):
        run = xky("bench", "check", file, "--json", cwd=tmp_path)
    told = run.stderr.splitlines()
    assert run.returncode == 3
    assert len(told) == 4
    assert told[0].startswith(f"xky: supply: {instruments.resources['supply']}: does not answer")
    assert told[1].startswith(f"xky: capacitor: {instruments.resources['capacitor']}: is a ACME Instruments X-1")
    assert told[2] == f"xky: line: {wire.line}: busy (opened by another program); close that"
    assert told[3] == f"xky: device: {wire.spec}: not tried: the line does not open"
    document = json.loads(run.stdout)
    assert document["ok"] is False
    assert [(one["what"], one["ok"]) for one in document["parts"]] == [
        ("supply", False), ("capacitor", False), ("line", False), ("device", False),
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["check", "certify"])
def test_a_swapped_cable_is_one_line(tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xky.hil.campaign.player._FIRST_READING_S", 1.0)
    monkeypatch.setattr("xky.hil.bench_file.check._FIRST_WORD_S", 2.0)
    with board_on_a_wire(swapped=True) as wire:
        file = file_of(tmp_path, wire, None)
        certify = ("certify", "--bench", file, "--speed", "20", "--mode", "standard", "--only", "TIC-CHK-2", "--json")
        run = xky(*(("bench", "check", file) if command == "check" else certify), cwd=tmp_path)
    assert run.returncode == 3
    told = [line for line in run.stderr.splitlines() if "listening" not in line]
    role = "device: " if command == "check" else ""
    assert told[0].startswith(f"xky: {role}{wire.line}: the board speaks here, on the port of the meter's line")
    assert told[1:] == ([f"xky: {file}: 1 of 2 answered; look at device"] if command == "check" else [])


def test_a_board_that_says_nothing_is_one_line(
    tmp_path: Path, wire: BoardOnAWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xky.hil.bench_file.check._FIRST_WORD_S", 2.0)
    monkeypatch.setattr("xky.hil.bench.devices.serial._SWAP_TRIAL_S", 1.0)
    monkeypatch.setattr("xky.hil.bench.devices.serial._SWAP_ANSWER_S", 0.5)
    wire.is_dead = True
    run = xky("bench", "check", file_of(tmp_path, wire, None), cwd=tmp_path)
    assert run.returncode == 3
    assert "nothing was heard within 2 s of the line; is it powered" in run.stderr


def test_a_file_that_is_wrong_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text('[[instrument]]\nrole = "suply"\nresource = "x"\n', encoding="utf-8")
    run = xky("bench", "check", "bench.toml", cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith("xky: bench.toml:2: instrument.0.role = 'suply': unknown")
    assert run.stderr.count("\n") == 1


def test_a_new_file_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xky.hil.bench_file.plugged_in._LOOKS_FOR_S", 0.0)
    assert xky("bench", "new", "bench.toml", cwd=tmp_path).returncode == 0
    again = xky("bench", "new", "bench.toml", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (
        2, "xky: bench.toml: is there already; give another name, or remove it\n",
    )  # fmt: skip
    assert xky("bench", "new", cwd=tmp_path).stdout == (tmp_path / "bench.toml").read_text(encoding="utf-8")


ONLY = ("--speed", "20", "--mode", "standard", "--only", "TIC-CHK-2")


def test_a_certification_by_a_bench_file_leaves_the_bench_safe_and_says_so(
    tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench
) -> None:
    supply: Any = instruments.instruments["supply"]
    supply.switch(on=True)
    file = file_of(tmp_path, wire, instruments)
    run = xky("certify", "--bench", file, *ONLY, "--json", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["bench"]["state"] == "stopped, bench safe"
    assert report["bench"]["order"] == ["supply", "capacitor"]
    assert [one["role"] for one in report["bench"]["instruments"]] == ["supply", "capacitor"]
    assert report["device"] == wire.spec
    assert "bench: stopped, bench safe" in report["remarks"]
    assert not supply.is_on


def test_a_bench_that_is_not_safe_in_the_end_is_told_and_exit_3(
    tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = [0]
    supply: Any = instruments.instruments["supply"]
    switch = supply.switch

    def stuck(*, on: bool) -> None:
        taken[0] += 1
        switch(on=True)

    monkeypatch.setattr(supply, "switch", stuck)
    run = xky("certify", "--bench", file_of(tmp_path, wire, instruments), *ONLY, "--json", cwd=tmp_path)
    assert run.returncode == 3
    report = json.loads(run.stdout)
    assert report["verdict"] == "pass"
    assert report["bench"]["state"] == "died, bench unknown"
    assert len(report["bench"]["not_safe"]) == 1
    assert run.stderr.splitlines()[-1].endswith("switch it off by hand")


def test_the_power_of_a_real_board_that_the_bench_feeds_is_undecided_and_the_evidence_says_so_again(
    tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench
) -> None:
    only = ("--speed", "20", "--mode", "standard", "--only", "XKY-PWR-1", "--only", "XKY-PWR-5", "--json")
    board = ("--board", "zlinky")
    fed = xky("certify", "--bench", file_of(tmp_path, wire, instruments), *only, *board, "--out", "fed", cwd=tmp_path)
    assert fed.returncode == 3
    asked = [one for each in json.loads(fed.stdout)["requirements"] for one in each["purposes"]]
    assert {one["verdict"] for one in asked} == {"inconclusive"}
    assert all("trials of power are not played: nothing tells that" in one["reason"] for one in asked)
    record = read_records(tmp_path / "fed" / "evidence")[Mode.STANDARD]
    assert "behind = " in record.power_unplayed
    unfed = xky("certify", "--bench", file_of(tmp_path, wire, None), *only, *board, cwd=tmp_path)
    asked = [one for each in json.loads(unfed.stdout)["requirements"] for one in each["purposes"]]
    assert {one["verdict"] for one in asked} == {"not applicable"}


@pytest.mark.parametrize(("what", "told"), [("refuse", "does not answer"), ("wrong-identity", "is a ACME Instruments")])
def test_a_certification_on_a_bench_with_a_wrong_instrument_is_one_line_and_exit_3(
    tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench, what: str, told: str
) -> None:
    instruments.behaviours["supply"].planned = planned(what)
    if what == "refuse":
        instruments.refuse("supply")
    run = xky("certify", "--bench", file_of(tmp_path, wire, instruments), *ONLY, "--json", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.startswith(f"xky: {instruments.resources['supply']}: {told}")
    assert run.stderr.count("\n") == 1


@pytest.mark.nightly
def test_a_hunt_by_a_bench_file_starts_a_board_anew_by_its_reset(
    tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench
) -> None:
    quick = tmp_path / "quick.toml"
    quick.write_text('id = "quick"\ntitle = "Boots at once"\n[console]\nboot_s = 0.05\n', encoding="utf-8")
    supply: Any = instruments.instruments["supply"]
    supply.switch(on=True)
    wire.defect = lambda label, said: {**said, "value": said["value"][1:]} if label == "NTARF" else said
    device = {"board": "quick.toml", "reset": f"touch {tmp_path / 'was-reset'}"}
    file = file_of(tmp_path, wire, instruments, **device)
    run = xky("fuzz", "--bench", file, "--mode", "standard", "--speed", "20", "--examples", "1", "--json", cwd=tmp_path)
    assert run.returncode == 1, run.stderr
    assert json.loads(run.stdout)["found"]
    assert (tmp_path / "was-reset").exists()
    assert not supply.is_on


@pytest.mark.parametrize("order", [pytest.param(signal.SIGINT, marks=pytest.mark.nightly), signal.SIGTERM])
def test_a_certification_that_is_ended_from_outside_leaves_the_bench_safe(
    tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench, order: signal.Signals
) -> None:
    supply: Any = instruments.instruments["supply"]
    file = file_of(tmp_path, wire, instruments)
    command = [*XKY, "certify", "--bench", str(file), "--only", "TIC-CHK-1", "--out", "r"]
    run = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        give_up = time.monotonic() + 20
        while wire._decoder is not None and not supply.said and time.monotonic() < give_up:
            time.sleep(0.05)
        time.sleep(2.0)
        supply.switch(on=True)  # as a measurement of the run would have
        os.kill(run.pid, order)
        _, told = run.communicate(timeout=10)
    finally:
        run.kill()
    assert not supply.is_on, told
    report = json.loads((tmp_path / "r" / "report.json").read_text(encoding="utf-8"))
    assert report["aborted"] is True
    assert report["bench"]["state"] == "stopped, bench safe"


@pytest.mark.nightly
def test_pytest_takes_device_line_and_instruments_of_a_bench_file(
    tmp_path: Path, wire: BoardOnAWire, instruments: VirtualBench, pytester: pytest.Pytester
) -> None:
    supply: Any = instruments.instruments["supply"]
    supply.switch(on=True)
    file = file_of(tmp_path, wire, instruments)
    pytester.makepyfile(
        """
        def test_it_speaks(meter, device, probe):
            assert type(device).__name__ == "SerialDevice"
            assert len(probe.next_reading(timeout_s=60).said) > 5
        """
    )
    result = pytester.runpytest_subprocess(f"--xky-bench={file}", "--xky-speed=20", "-p", "no:xdist", "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*bench: stopped, bench safe*"])
    assert not supply.is_on


@pytest.mark.nightly
def test_pytest_ends_with_one_line_where_an_instrument_is_absent(
    tmp_path: Path, instruments: VirtualBench, pytester: pytest.Pytester
) -> None:
    instruments.refuse("supply")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess(f"--xky-bench={file_of(tmp_path, None, instruments)}", "-p", "no:xdist")
    assert result.ret == 3
    result.stdout.fnmatch_lines([f"*{instruments.resources['supply']}: does not answer*"])
