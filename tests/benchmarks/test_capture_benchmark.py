# SPDX-License-Identifier: Apache-2.0
"""Captures in bulk: numbers as columns, against the fastest Python decoder on PyPI, and a day of them.

The peer is given its frames cut beforehand and gives texts; ours finds the frames in the stream itself, and learns
their pattern within the time.
"""

import time
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from xky.hil.recording.parquet import write_parquet
from xky.hil.recording.source import open_recording
from xky.protocol import Mode
from xky.protocol.bulk import BulkDecoder
from xky.protocol.capture import CaptureWriter, Header, runs_at_line_rate
from xky.protocol.general import read_group

from .conftest import Compare
from .test_decode_benchmark import ENEDIS_TIC, SEVEN, STANDARD, damaged, enedis_tic, frames_of

DAY = 94_000  # standard frames
GOAL_DAY_S = 1.0


@pytest.mark.parametrize(
    ("what", "moving", "goal"), [("", SEVEN, 50), (", all groups move", None, 40)], ids=["7", "all"]
)
def test_bulk(compare: Compare, what: str, moving: tuple[str, ...] | None, goal: float) -> None:
    frames = frames_of(STANDARD, moving)
    stream = b"".join(frames)
    batch = BulkDecoder(Mode.STANDARD).feed(stream)
    peer = enedis_tic(frames)
    for label in ("EAST", "SINSTS", "IRMS1"):
        assert batch.columns[label].numbers.tolist() == [int(values[label]["data"]) for values in peer]
    compare(
        f"a capture in bulk{what}", ENEDIS_TIC, lambda: BulkDecoder(Mode.STANDARD).feed(stream),
        lambda: enedis_tic(frames), goal,
    )  # fmt: skip


def test_bulk_with_one_byte_in_10000_damaged(compare: Compare) -> None:
    frames = frames_of(STANDARD, SEVEN)
    stream = damaged(b"".join(frames), 1e-4)

    def ours() -> None:
        read_group.cache_clear()
        BulkDecoder(Mode.STANDARD).feed(stream)

    compare("a capture in bulk, one byte in 10000 damaged", ENEDIS_TIC, ours, lambda: enedis_tic(frames), 7)


def test_a_day_of_standard_frames(
    benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = frames_of(STANDARD, SEVEN)
    stream = b"".join(frames * (DAY // len(frames) + 1))[: DAY * len(frames[0])]
    portions = [stream[at : at + (1 << 24)] for at in range(0, len(stream), 1 << 24)]
    with (tmp_path / "day.xkyc").open("wb") as file:
        writer = CaptureWriter(file, Header("2026-01-01T00:00:00Z", "serial", 9600))
        for run in runs_at_line_rate([stream], Mode.STANDARD):
            writer.add(run)
        writer.close("the time was over", 86_400.0)

    def columns() -> int:
        bulk = BulkDecoder(Mode.STANDARD)
        return sum(len(bulk.feed(portion)) for portion in portions)

    def parquet() -> int:
        recording = open_recording(str(tmp_path / "day.xkyc"))
        return write_parquet("day", recording, tmp_path / "day.parquet").frames

    took_s = {}
    for what in (columns, parquet):
        began_s = time.process_time()
        assert what() == DAY
        took_s[what] = time.process_time() - began_s
    benchmark.pedantic(columns, rounds=3)
    with capsys.disabled():
        print(f"\na day of standard frames: columns in {took_s[columns]:.2f} s (goal {GOAL_DAY_S:g}), "
              f"a capture file to Parquet in {took_s[parquet]:.2f} s")  # fmt: skip
    assert took_s[columns] < GOAL_DAY_S
