# SPDX-License-Identifier: Apache-2.0
"""Tables of frames for people, against the same tables set by Rich alone."""

import io
from pathlib import Path

from rich.console import Console

from xky.hil.recording.frame_table import FrameTable, _cells
from xky.protocol import Frame, decode

from .conftest import Compare

CAPTURE = Path(__file__).parents[2] / "fixtures" / "captures" / "std_1p_base_lains.txt"
FRAMES = 3  # in a round; Rich takes 10 ms for each


def test_tables(compare: Compare) -> None:
    console = Console(file=io.StringIO(), highlight=False, width=132)
    table = FrameTable(console)
    frames = [event for event in decode(CAPTURE.read_bytes()) if isinstance(event, Frame) and event.complete][:FRAMES]

    def by_rich(frame: Frame) -> str:
        rows = [_cells(group.label, group.value, group.timestamp, frame.mode) for group in frame.good]
        return table._set_by_rich(f"frame 1: standard, byte {frame.offset}", rows, [False] * len(rows))

    assert [table.text(frame, 1) for frame in frames] == [*map(by_rich, frames)]
    compare(
        "tables of standard frames",
        "Rich",
        lambda: [table.text(frame, number) for number, frame in enumerate(frames)],
        lambda: [*map(by_rich, frames)],
        10,
    )
