# SPDX-License-Identifier: Apache-2.0
"""Decoding against the fastest Python decoders on PyPI, side by side in one run.

The peers are given their best case: their input is cut and framed beforehand, and they keep no
offsets. A benchmark fails on the median ratio only, and only when it is far off.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from enedis_tic.link_layer import FrameFactory
from pytest_benchmark.fixture import BenchmarkFixture
from serial_teleinfo import parse_line

from xky.protocol import Decoder, Frame

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
FLOOR = 0.5  # times the peer; DESIGN's goals are far above
ROUNDS = 15


def whole_frames(name: str) -> list[bytes]:
    return re.findall(rb"\x02[^\x02\x03]*\x03", (CAPTURES / name).read_bytes())


def decode_all(stream: bytes) -> list[Frame]:
    return [event for event in Decoder().feed(stream) if isinstance(event, Frame)]


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


def report(
    benchmark: BenchmarkFixture,
    capsys: pytest.CaptureFixture[str],
    what: str,
    peer_name: str,
    ours: Callable[[], Any],
    peer: Callable[[], Any],
) -> None:
    ratio = ratio_of_alternating_rounds(ours, peer)
    benchmark.group = what
    benchmark.extra_info[f"times {peer_name}"] = round(ratio, 2)
    benchmark(ours)
    with capsys.disabled():
        print(f"\n{what}: {ratio:.2f} x {peer_name}")
    assert ratio >= FLOOR, f"{what} takes {1 / ratio:.1f} times as long as {peer_name}"


def test_decode_standard(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    frames = whole_frames("std_1p_base_lains.txt") * 8
    stream = b"".join(frames)

    def peer() -> list[dict[str, Any]]:
        return [FrameFactory(frame.decode("ascii")).to_dict() for frame in frames]

    assert [{label: group["data"] for label, group in values.items()} for values in peer()] == [
        dict(frame.values) for frame in decode_all(stream)
    ]
    report(benchmark, capsys, "decode standard", "enedis-tic 0.2.0", lambda: decode_all(stream), peer)


def test_decode_historic(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    stream = b"".join(whole_frames("hist_1p_tempo_esciara.txt") * 8)
    # its lines begin after an LF and end with the next, so the last of a frame holds ETX, STX, LF
    lines = re.findall(rb"[^\n]*\n", stream.removeprefix(b"\x02\n") + b"\x02\n")

    def peer() -> list[tuple[str, str, bool]]:
        return [parse_line(line) for line in lines]

    assert [(label, value) for label, value, _ in peer()] == [
        (group.label, group.value) for frame in decode_all(stream) for group in frame.good
    ]
    report(benchmark, capsys, "decode historic", "serial-teleinfo 1.0.1", lambda: decode_all(stream), peer)
