# SPDX-License-Identifier: Apache-2.0
import pytest

from xky.emulator import Expect, Piece, SentFrame, Truth
from xky.protocol import Group, Mode, encode_group
from xky.protocol.mode import ETX, STX

CHARACTER_S = 10 / 1200
FIRST, SECOND = Group("PAPP", "00390"), Group("HHPHC", "A")


def sent(number: int, start_s: float, step: str = "") -> SentFrame:
    pieces = (
        Piece(STX),
        Piece(encode_group(FIRST, Mode.HISTORIC), FIRST, Expect.MUST),
        Piece(b"??", fault="noise"),
        Piece(encode_group(SECOND, Mode.HISTORIC), SECOND, Expect.MUST_NOT, "altered_label"),
        Piece(ETX),
    )
    return SentFrame(number, Mode.HISTORIC, start_s, CHARACTER_S, pieces, True, step)


def journal() -> Truth:
    truth = Truth()
    for number in range(10):
        truth.append(sent(number, float(number), "odd" if number % 2 else "even"))
    return truth


def test_a_frame_is_the_sum_of_its_pieces() -> None:
    frame = sent(0, 5.0)
    assert frame.data == b"\x02\nPAPP 00390 -\r??\nHHPHC A ,\r\x03"
    assert frame.end_s == pytest.approx(5.0 + len(frame.data) * CHARACTER_S)


def test_groups_know_when_they_were_on_the_line() -> None:
    first, second = sent(0, 5.0).groups
    assert (first.group, first.expect, first.fault) == (FIRST, Expect.MUST, None)
    assert (second.group, second.expect, second.fault) == (SECOND, Expect.MUST_NOT, "altered_label")
    assert first.start_s == pytest.approx(5.0 + CHARACTER_S)
    assert first.end_s == pytest.approx(5.0 + (1 + 14) * CHARACTER_S)
    assert second.start_s == pytest.approx(first.end_s + 2 * CHARACTER_S)


def test_frames_around_an_instant_are_those_on_the_line_within_both_bounds_included() -> None:
    truth = journal()
    assert [frame.number for frame in truth.around(5.0, 2.0)] == [3, 4, 5, 6, 7]
    assert [frame.number for frame in truth.around(5.5, 0.2)] == []
    assert [frame.number for frame in truth.around(5.0 + sent(0, 0.0).end_s + 2.0, 2.0)] == [5, 6, 7, 8, 9]
    assert [frame.number for frame in truth.around(-3.0, 3.0)] == [0]
    assert truth.around(99.0, 1.0) == []


def test_a_frame_has_begun_from_its_start_on() -> None:
    truth = journal()
    assert [truth.begun_by(at_s) for at_s in (-0.1, 0.0, 4.9, 5.0, 99.0)] == [0, 1, 5, 6, 10]
    truth.clear()
    assert truth.begun_by(99.0) == 0


def test_frames_are_found_by_their_step() -> None:
    assert [frame.number for frame in journal().of_step("odd")] == [1, 3, 5, 7, 9]
    assert journal().of_step("none") == []


def test_a_journal_is_a_sequence_and_can_be_emptied() -> None:
    truth = journal()
    assert (len(truth), truth[-1].number, [frame.number for frame in truth][:2]) == (10, 9, [0, 1])
    truth.clear()
    assert (len(truth), list(truth), truth.around(0.0, 9.0)) == (0, [], [])
