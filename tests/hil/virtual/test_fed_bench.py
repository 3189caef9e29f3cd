# SPDX-License-Identifier: Apache-2.0
"""A board that a bench feeds, as on a desk: instruments by VISA, its line and its console ports, all in real time."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from xky.boards import board_named
from xky.emulator import Linky
from xky.emulator.supply import supply_named
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.hil.bench_file import bench_file
from xky.hil.virtual import RunningClock, SteppedClock, VirtualBench, VirtualReceiver
from xky.hil.virtual.bench_toml import bench_toml
from xky.hil.virtual.board_network import BoardNetwork
from xky.hil.virtual.misbehaviour import planned
from xky.protocol import Mode

from ...command import xky

pytestmark = pytest.mark.realtime

SPEED = "100"  # of a machine that is busy: what is asked here has half an hour
MAKES = {"supply": "siglent", "capacitor": "keithley", "load": "siglent", "analyser": "keithley"}


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XKY_LOCKS", str(tmp_path / "locks"))


@contextmanager
def fed(folder: Path, defect: str | None = None, clock: Any = None, inner_v: float = 0.0) -> Iterator[VirtualBench]:
    """A bench whose file is ``bench.toml``."""
    board, supply = board_named("winky-c6"), supply_named("min_spec")
    running = RunningClock(float(SPEED)) if clock is None else clock
    with (
        VirtualBench(
            board, supply, running, makes=MAKES, mode=Mode.HISTORIC, firmware="winky-c6", defect=defect, inner_v=inner_v
        ) as bench,
        closing(VirtualReceiver(bench.board)) as receiver,
    ):  # fmt: skip
        (folder / "bench.toml").write_text(bench_toml(bench, receiver), encoding="utf-8")
        yield bench


def certified(folder: Path, *options: str) -> tuple[int, dict[str, str], str]:
    """Exit status, the verdicts of purposes, and what was complained of."""
    run = xky("certify", "--bench", "bench.toml", "--mode", "historic", *options, "--json", cwd=folder)
    report = json.loads(run.stdout) if run.stdout else {"requirements": []}
    told = {one["id"]: one["verdict"] for each in report["requirements"] for one in each["purposes"]}
    return run.returncode, told, run.stderr


@pytest.mark.nightly
def test_a_board_that_a_bench_feeds_is_seen_to_start_from_an_empty_capacitor(tmp_path: Path) -> None:
    with fed(tmp_path) as bench:
        status, told, complaints = certified(tmp_path, "--speed", SPEED, "--only", "XKY-PWR-1")
        supply: Any = bench.instruments["supply"]
        assert not supply.is_on
    assert (status, told) == (0, {"XKY-PWR-1/empty": "pass"}), complaints


@pytest.mark.nightly
def test_an_instrument_that_is_lost_in_a_trial_is_told_and_what_it_was_to_show_is_not_decided(tmp_path: Path) -> None:
    with fed(tmp_path) as bench:
        bench.behaviours["capacitor"].planned = planned("silent@300")
        only = ("--only", "XKY-PWR-1", "--only", "XKY-PWR-6")
        run = xky("certify", "--bench", "bench.toml", "--mode", "historic", "--speed", SPEED, *only, cwd=tmp_path)
        supply: Any = bench.instruments["supply"]
        assert not supply.is_on
    assert run.returncode == 3
    assert "trials of power, historic: about" in run.stderr
    assert f"{bench.resources['capacitor']}: does not answer" in run.stderr


@pytest.mark.nightly
def test_a_board_that_cannot_start_from_an_empty_capacitor_fails_by_what_instruments_saw(tmp_path: Path) -> None:
    with fed(tmp_path, "lacks-a-wake-up-circuit"):
        status, told, complaints = certified(tmp_path, "--speed", SPEED, "--only", "XKY-PWR-1")
    assert (status, told) == (1, {"XKY-PWR-1/empty": "fail"}), complaints


@pytest.mark.nightly
def test_a_board_publishes_at_the_run_but_while_its_access_point_is_away(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        probe = f"mqtt:127.0.0.1:{free.getsockname()[1]}"
    board, away, speed = board_named("winky-lab"), tmp_path / "away", 20.0
    with (
        VirtualBench(
            board, supply_named("min_spec"), RunningClock(speed), makes=MAKES, firmware="winky-lab", inner_v=4.8,
            network=BoardNetwork([probe], away),
        ) as virtual,
        closing(VirtualReceiver(virtual.board)) as receiver,
    ):  # fmt: skip
        written = bench_toml(virtual, receiver)
        assert f'spec = "{probe}"' in written and f'off = "touch {away}"' in written
        virtual.board.feed(12.0, on=True)
        device = open_device(f"serial:{receiver.console}", line=f"serial:{receiver.line}")
        bench = Bench(device, board, Linky(), speed=speed, probes=[probe])
        with bench:
            bench.run(lambda: bool(bench.readings) or bench.now_s > 600.0)
            assert "EAST" in {label for one in bench.readings for label in one.said}
            away.touch()
            bench.run_for(10.0)  # what was on its way
            before = len(bench.readings)
            bench.run_for(3 * board.report_period_s)
            assert len(bench.readings) == before
            away.unlink()
            bench.run(lambda: len(bench.readings) > before or bench.now_s > 1200.0)
            assert len(bench.readings) > before


def test_a_virtual_bench_that_runs_at_another_speed_is_one_line(tmp_path: Path) -> None:
    with fed(tmp_path):
        status, _, told = certified(tmp_path, "--speed", "20", "--only", "XKY-PWR-1")
    assert status == 2
    assert told.endswith(f"runs {SPEED} times as fast as real time; give --speed {SPEED}\n")
    with fed(tmp_path, clock=SteppedClock()):
        status, _, told = certified(tmp_path, "--only", "XKY-PWR-1")
    assert status == 2
    assert "start xky bench virtual without --stepped" in told


def test_a_check_leaves_a_board_that_its_supply_feeds_as_it_is(tmp_path: Path) -> None:
    with fed(tmp_path):
        assert bench_file(tmp_path / "bench.toml").source_ohm == 274.0
        run = xky("bench", "check", "bench.toml", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "it lives on the supply" in run.stdout
