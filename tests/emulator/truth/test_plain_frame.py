# SPDX-License-Identifier: Apache-2.0
"""Frames without a fault, whose pieces are made when somebody looks: whoever that is, and whenever."""

import sys
from collections.abc import Iterator
from threading import Thread

import pytest

from xky.emulator import Linky
from xky.emulator.truth.plain_frame import GroupPieces, PlainFrame
from xky.emulator.truth.timing import end_of
from xky.protocol import Group, Mode, encode_frame

FRAMES = 40
LOOKS = 300  # without a lock a few of them come to pieces of two frames


@pytest.fixture(autouse=True)
def threads_take_turns_at_once() -> Iterator[None]:
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before_s)


def test_who_keeps_frames_while_others_are_sent_has_the_pieces_of_each_frame() -> None:
    meter, frames = Linky(mode=Mode.STANDARD), []
    for number in range(FRAMES):
        meter.set(EAST=1000 + number)
        frames.append(tuple(meter.groups()))
    maker, mixed = GroupPieces(), []

    def look(first: int) -> None:
        for number in range(LOOKS):
            groups: tuple[Group, ...] = frames[(number * 7 + first) % FRAMES]
            if [piece.group for piece in maker.of(groups, Mode.STANDARD)[1:-1]] != [*groups]:
                mixed.append(number)

    threads = [Thread(target=look, args=(first,)) for first in (0, 3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert mixed == []


def test_a_frame_that_nobody_looks_at_keeps_no_table_of_its_own() -> None:
    groups = Linky(mode=Mode.STANDARD).groups()
    frame = PlainFrame(3, Mode.STANDARD, 1.5, groups, encode_frame(groups, Mode.STANDARD), "a step", GroupPieces())
    assert vars(frame) == {}
    assert (frame.number, frame.mode, frame.start_s, frame.character_s, frame.complete, frame.step) == (
        3, Mode.STANDARD, 1.5, Mode.STANDARD.character_s, True, "a step",
    )  # fmt: skip
    assert b"".join(piece.data for piece in frame.pieces) == frame.data
    assert set(vars(frame)) == {"pieces"}


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("start_s", [0.0, 1.5, 86_399.123456789])
def test_its_end_is_that_of_its_pieces_to_the_last_bit(mode: Mode, start_s: float) -> None:
    for groups in (Linky(mode=mode).groups(), ()):
        frame = PlainFrame(0, mode, start_s, groups, encode_frame(groups, mode), "a step", GroupPieces())
        assert frame.end_s == end_of(frame.pieces, start_s, mode.character_s)
