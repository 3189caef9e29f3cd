# SPDX-License-Identifier: Apache-2.0
"""Encoding: whole frames against the construct grammar, which is the specification and meant to be slow; frames
of which few values change against encoding all their groups."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xky.protocol import Frame, FrameEncoder, Group, Mode, decode, encode_frame, encode_frames

Compare = Callable[[str, str, Callable[[], Any], Callable[[], Any], float], None]

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
FRAMES = 500
MOVING = ("DATE", "SINSTS", "EAST", "EASF01", "EASD01", "IRMS1", "URMS1")


@pytest.mark.parametrize("name", ["std_1p_base_lains.txt", "hist_1p_tempo_esciara.txt"])
def test_encode(compare: Compare, name: str) -> None:
    grammar = pytest.importorskip("xky.protocol.grammar")
    raw = (CAPTURES / name).read_bytes()
    frames = [event for event in decode(raw) if isinstance(event, Frame) and event.complete]

    def ours() -> list[bytes]:
        return [encode_frame(frame) for frame in frames]

    def peer() -> list[bytes]:
        return [grammar.build_frame(frame) for frame in frames]

    assert ours() == peer()
    assert all(encoded in raw for encoded in ours())
    compare(f"encode {frames[0].mode}", "the construct grammar", ours, peer, 2)


def moving_frames() -> list[list[Group]]:
    """38 groups of which 7 move; the others are the same objects, as ``Linky.groups`` gives them."""
    raw = (CAPTURES / "std_1p_base_lains.txt").read_bytes()
    first = next(event for event in decode(raw) if isinstance(event, Frame) and event.complete)
    rng = random.Random(1)

    def moved(group: Group) -> Group:
        if group.label not in MOVING:
            return group
        timestamp = None if group.timestamp is None else f"E{rng.randrange(10**12):012}"
        return Group(group.label, "".join(rng.choices("0123456789", k=len(group.value))), timestamp)

    return [[moved(group) for group in first.good] for _ in range(FRAMES)]


def test_encode_in_place(compare: Compare) -> None:
    frames = moving_frames()

    def ours() -> list[bytes]:
        encoder = FrameEncoder(Mode.STANDARD)
        return [encoder.encode(groups) for groups in frames]

    def all_groups() -> list[bytes]:
        return [encode_frame(groups, Mode.STANDARD) for groups in frames]

    assert ours() == all_groups()
    compare("encode standard, 7 of 38 groups move", "encoding all groups", ours, all_groups, 5)


def test_encode_in_bulk(compare: Compare) -> None:
    frames = moving_frames()
    columns: dict[str, list[str | tuple[str, str]]] = {label: [] for label in MOVING}
    for groups in frames:
        for group in groups:
            if group.label in columns:
                stamped = group.timestamp is not None
                columns[group.label].append((group.timestamp, group.value) if stamped else group.value)

    def ours() -> list[bytes]:
        return encode_frames(frames[0], columns, Mode.STANDARD)

    def all_groups() -> list[bytes]:
        return [encode_frame(groups, Mode.STANDARD) for groups in frames]

    assert ours() == all_groups()
    compare("encode standard in bulk, 7 of 38 groups in columns", "encoding all groups", ours, all_groups, 10)
