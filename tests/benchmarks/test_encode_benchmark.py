# SPDX-License-Identifier: Apache-2.0
"""Encoding against the construct grammar, which is the specification and meant to be slow."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from xky.protocol import Frame, decode, encode_frame

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
FLOOR = 2.0  # times the grammar
ROUNDS = 9


def ratio_of_alternating_rounds(ours: Callable[[], Any], peer: Callable[[], Any]) -> float:
    """Median of the peer's CPU time over ours; rounds alternate, so that a busy machine hits both."""
    ratios = []
    for _ in range(ROUNDS):
        start_s = time.process_time()
        ours()
        middle_s = time.process_time()
        peer()
        ratios.append((time.process_time() - middle_s) / (middle_s - start_s))
    return median(ratios)


@pytest.mark.parametrize("name", ["std_1p_base_lains.txt", "hist_1p_tempo_esciara.txt"])
def test_encode(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], name: str) -> None:
    grammar = pytest.importorskip("xky.protocol.grammar")
    raw = (CAPTURES / name).read_bytes()
    frames = [event for event in decode(raw) if isinstance(event, Frame) and event.complete]

    def ours() -> list[bytes]:
        return [encode_frame(frame) for frame in frames]

    def peer() -> list[bytes]:
        return [grammar.build_frame(frame) for frame in frames]

    assert ours() == peer()
    assert all(encoded in raw for encoded in ours())
    ratio = ratio_of_alternating_rounds(ours, peer)
    what = f"encode {frames[0].mode}"
    benchmark.group = what
    benchmark.extra_info["times the construct grammar"] = round(ratio, 2)
    benchmark(ours)
    with capsys.disabled():
        print(f"\n{what}: {ratio:.2f} x the construct grammar")
    assert ratio >= FLOOR, f"{what} is only {ratio:.1f} times as fast as the construct grammar"
