# SPDX-License-Identifier: Apache-2.0
"""A day of a household's standard frames through simulated firmware, in virtual time, character timing on."""

import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from xky.boards import board_named
from xky.emulator import Household, Linky
from xky.hil.bench import Bench
from xky.hil.devices import open_device
from xky.protocol import Mode

DAY_S = 86_400.0
FLOOR = 500  # times real time: far below what any machine of today does, so only a blunder falls under it


@pytest.mark.parametrize("board", ["generic", "winky-c6"])
def test_a_day_of_standard_frames(board: str, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    frames = readings = 0

    def a_day() -> float:
        nonlocal frames, readings
        meter = Linky(mode=Mode.STANDARD, at="2026-01-15T00:00", load=Household(seed=1), seed=1)
        began_s = time.perf_counter()
        with Bench(open_device(f"sim:{board}"), board_named(board), meter, seed=1) as bench:
            bench.run_for(DAY_S)
            frames, readings = len(bench.truth), len(bench.probe.readings)
        return time.perf_counter() - began_s

    took_s = benchmark.pedantic(a_day, rounds=1)
    assert frames > DAY_S / 0.95
    assert readings > 0
    ratio = DAY_S / took_s
    benchmark.extra_info["times real time"] = ratio
    with capsys.disabled():
        print(f"\na day of standard frames through sim:{board}: {ratio:.0f} x real time "
              f"({frames} frames, {readings} readings, {took_s:.1f} s)")  # fmt: skip
    assert ratio > FLOOR
