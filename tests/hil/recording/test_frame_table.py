# SPDX-License-Identifier: Apache-2.0
"""Tables of frames look as Rich would set them, and are set much faster."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from xky.hil.recording.frame_table import FrameTable, _cells, _stamp
from xky.protocol import Frame, Group, Mode, decode

_CODE = re.compile(r"\x1b\[[0-9;]*m")
CAPTURES = Path(__file__).parents[3] / "fixtures" / "captures"


def frames_of(name: str) -> list[Frame]:
    return [event for event in decode((CAPTURES / name).read_bytes()) if isinstance(event, Frame)]


def plain_console(width: int) -> Console:
    return Console(file=io.StringIO(), highlight=False, width=width)


def colour_console(width: int) -> Console:
    return Console(file=io.StringIO(), highlight=False, width=width, force_terminal=True, color_system="standard")


def by_rich(console: Console, frame: Frame) -> str:
    """The judge: the path that sets a table by Rich."""
    rows = [
        _cells(group.label, group.value, _stamp(group), frame.mode) if isinstance(group, Group)
        else (group.label or "?", "refused", "", f"{group.reason} at byte {group.offset}")
        for group in frame.groups
    ]  # fmt: skip
    title = f"frame 7: {frame.mode}, byte {frame.offset}{'' if frame.complete else ', partial'}"
    return FrameTable(console)._set_by_rich(title, rows, [not group.ok for group in frame.groups])


@pytest.mark.nightly
@pytest.mark.parametrize("width", [20, 60, 80, 132, 250])
@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_tables_are_those_of_rich(path: Path, width: int) -> None:
    console = plain_console(width)
    table = FrameTable(console)
    for frame in frames_of(path.name)[:3]:
        assert table.text(frame, 7) == by_rich(console, frame)


def test_lines_have_the_colours_of_rich() -> None:
    """Rich sets a style anew for each cell, so that only what a reader sees is the same."""
    frame = frames_of("std_3p_bad_hallard.txt")[0]
    console = colour_console(132)
    ours, theirs = FrameTable(console).text(frame, 7).splitlines(), by_rich(console, frame).splitlines()
    for one, other in zip(ours, theirs, strict=True):
        assert set(_CODE.findall(one)) == set(_CODE.findall(other))
        assert _CODE.sub("", one) == _CODE.sub("", other)
    assert any("\x1b[31m" in line for line in ours)


def test_an_empty_frame_has_its_headings() -> None:
    console = plain_console(132)
    frame = Frame(Mode.HISTORIC, (), complete=False)
    assert FrameTable(console).text(frame, 7) == by_rich(console, frame)
