# SPDX-License-Identifier: Apache-2.0
"""A household's standard frames through simulated firmware in virtual time, character timing on: times real time."""

import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from xky.boards import board_named
from xky.emulator import Household, Linky
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.protocol import Mode

DAY_S = 86_400.0
YEAR_S = 365 * DAY_S


def times_real_time(
    board: str, duration_s: float, benchmark: BenchmarkFixture, *, only_when_heard: bool
) -> tuple[float, int, int]:
    """Median of five runs, frames made and readings."""
    rates: list[float] = []
    frames = readings = 0

    def run() -> None:
        nonlocal frames, readings
        meter = Linky(mode=Mode.STANDARD, at="2026-01-15T00:00", load=Household(seed=1), seed=1)
        device = open_device(f"sim:{board}")
        with Bench(device, board_named(board), meter, seed=1, only_when_heard=only_when_heard) as bench:
            began_s = time.perf_counter()
            bench.run_for(duration_s)
            rates.append(duration_s / (time.perf_counter() - began_s))
            frames, readings = len(bench.truth), len(bench.probe.readings)

    benchmark.pedantic(run, rounds=5)
    return sorted(rates)[2], frames, readings


@pytest.mark.parametrize(
    ("title", "board", "days", "only_when_heard", "goal"),
    [
        ("frame level, one device always listening", "generic", 0.5, False, 30_000),
        ("every frame made, a device that sleeps", "winky-c6", 0.5, False, 30_000),
        ("a device that sleeps, frames made only when heard", "winky-c6", 10, True, 250_000),
    ],
)
def test_virtual_time(
    *, title: str, board: str, days: float, only_when_heard: bool, goal: float, benchmark: BenchmarkFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    rate, frames, readings = times_real_time(board, days * DAY_S, benchmark, only_when_heard=only_when_heard)
    assert readings > 0
    assert only_when_heard or frames > days * DAY_S / 0.95
    benchmark.extra_info["times real time"] = rate
    with capsys.disabled():
        print(f"\n{title} (sim:{board}): {rate:,.0f} x real time, goal {goal:,} "
              f"({rate / goal:.2f} of it; a year in {YEAR_S / rate:,.0f} s)")  # fmt: skip
    assert rate > goal / 2  # machines differ by a factor of two


def test_a_meter_alone_crosses_a_year(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """Every change of load, tariff, clock and period of a year, no frame made."""

    def a_year() -> float:
        meter = Linky(contract="tempo", at="2026-01-01T00:00", load=Household(seed=1), seed=1)
        began_s = time.perf_counter()
        meter.wait(YEAR_S)
        return time.perf_counter() - began_s

    took_s = benchmark.pedantic(a_year, rounds=3)
    with capsys.disabled():
        print(f"\na year of a meter, crossed change by change: {took_s:.1f} s, {YEAR_S / took_s:,.0f} x real time")
    assert took_s < 60
