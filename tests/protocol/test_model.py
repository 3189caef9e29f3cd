# SPDX-License-Identifier: Apache-2.0
"""What a decoder tells: what is equal, what is handed out, and the words of the published format."""

from dataclasses import FrozenInstanceError

import pytest

from xky.protocol import Cut, Damaged, Frame, Group, Interrupted, Mode, Noise, Reason

EAST, AGAIN = Group("EAST", "000000001", offset=1), Group("EAST", "000000002", offset=30)
REFUSED = Damaged(Reason.CHECKSUM, 15, 14, "SINSTS", b"SINSTS\t00394\tX", "detail")


def test_the_words_of_the_published_format() -> None:
    assert [reason.value for reason in Reason] == ["checksum", "structure", "label", "length", "charset", "overlong"]
    assert [cut.value for cut in Cut] == ["eot", "stx", "end"]


def test_the_place_is_no_part_of_what_a_group_or_a_frame_says() -> None:
    assert Group("EAST", "000000001", offset=7) == EAST
    assert hash(Group("EAST", "000000001", offset=7)) == hash(EAST)
    assert Group("EAST", "000000001", "H260115175903") != EAST
    assert Frame(Mode.STANDARD, (EAST,), offset=5) == Frame(Mode.STANDARD, (EAST,))
    assert Frame(Mode.STANDARD, (EAST,), complete=False) != Frame(Mode.STANDARD, (EAST,))
    assert Damaged(Reason.CHECKSUM, 0, 1) != Damaged(Reason.CHECKSUM, 1, 1)
    assert Noise(0, 1) != Noise(1, 1)
    assert Interrupted(0, Cut.EOT) != Interrupted(1, Cut.EOT)


def test_what_is_left_out_is_nothing_at_the_beginning_of_a_whole_frame() -> None:
    assert (Group("A", "1").timestamp, Group("A", "1").offset) == (None, 0)
    frame = Frame(Mode.HISTORIC, ())
    assert (frame.complete, frame.offset) == (True, 0)
    refused = Damaged(Reason.LABEL, 3, 4)
    assert (refused.label, refused.raw, refused.detail) == (None, b"", "")


def test_a_group_that_was_kept_is_ok_and_a_refused_one_hands_out_nothing() -> None:
    assert (EAST.ok, EAST.reason, EAST.timestamp_mark) == (True, None, None)
    assert (REFUSED.ok, REFUSED.value, REFUSED.timestamp) == (False, None, None)


def test_a_horodate_has_its_mark() -> None:
    assert Group("SMAXSN", "00000", "H260115175903").timestamp_mark is None
    assert Group("SMAXSN", "00000", "H261301000000").timestamp_mark is not None


def test_a_frame_gives_the_groups_that_were_kept_and_the_last_value_of_a_label() -> None:
    frame = Frame(Mode.STANDARD, (EAST, REFUSED, AGAIN))
    assert frame.good == (EAST, AGAIN)
    assert frame.said == [("EAST", "000000001", None), ("EAST", "000000002", None)]
    assert frame.values == {"EAST": "000000002"}
    assert frame["EAST"] == "000000002"
    assert frame.has_good
    assert not Frame(Mode.STANDARD, (REFUSED,)).has_good
    with pytest.raises(KeyError):
        frame["SINSTS"]


@pytest.mark.parametrize("one", [EAST, REFUSED, Frame(Mode.STANDARD, ()), Noise(0, 1), Interrupted(0, Cut.END)])
def test_nothing_of_it_can_be_changed(one: object) -> None:
    with pytest.raises(FrozenInstanceError):
        one.offset = 5  # type: ignore[attr-defined]
    assert not hasattr(one, "__dict__")
