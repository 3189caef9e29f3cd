# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: our time against a yardstick's, side by side in one run."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 11
AT_A_TIME = 5  # runs of ours in a round: one alone lasts milliseconds, and would measure what the yardstick left behind

Compare = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--before", type=Path, metavar="VENV", help="Virtual environment of a checkout to compare with.")
    parser.addoption(
        "--stories", type=int, default=120, metavar="N", help="Stories of each hunt whose guidance is measured."
    )
    parser.addoption("--hunts", type=int, default=10, metavar="N", help="Seeds of those hunts.")


def pytest_xdist_auto_num_workers() -> int:
    """Nothing beside a measurement."""
    return 0


def ratio_of_alternating_rounds(ours: Callable[[], Any], yardstick: Callable[[], Any]) -> float:
    """Median of the yardstick's CPU time over ours; rounds alternate, so that a busy machine hits both."""
    ratios = []
    for _ in range(ROUNDS):
        start_s = time.process_time()
        for _ in range(AT_A_TIME):
            ours()
        middle_s = time.process_time()
        yardstick()
        ratios.append((time.process_time() - middle_s) * AT_A_TIME / (middle_s - start_s))
    return median(ratios)


@pytest.fixture
def compare(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> Compare:
    """Print how many times as fast as a yardstick we are; fail below the goal, on the ratio only."""

    def compare(
        what: str,
        yardstick_name: str,
        ours: Callable[[], Any],
        yardstick: Callable[[], Any],
        goal: float,
    ) -> None:
        ratio = ratio_of_alternating_rounds(ours, yardstick)
        benchmark.group = what
        benchmark.extra_info[f"times {yardstick_name}"] = round(ratio, 2)
        benchmark.pedantic(ours, rounds=3)
        with capsys.disabled():
            print(f"\n{what}: {ratio:.3g} x {yardstick_name} (goal {goal:g})")
        assert ratio >= goal, f"{what}: {ratio:.3g} times {yardstick_name}; expected {goal:g} at least"

    return compare
