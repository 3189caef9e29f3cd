# SPDX-License-Identifier: Apache-2.0
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import (
    Damaged,
    Frame,
    FrameEncoder,
    Group,
    InputError,
    Mode,
    Reason,
    encode_frame,
    encode_frames,
    encode_group,
)
from xky.protocol.strategies import groups, timestamps

_H, _S = Mode.HISTORIC, Mode.STANDARD


@pytest.mark.parametrize(
    ("group", "mode", "expected"),
    [
        (Group("ADCO", "012345678901"), _H, b"\nADCO 012345678901 E\r"),
        (Group("PTEC", "HP.."), _H, b"\nPTEC HP..  \r"),
        (Group("VTIC", "02"), _S, b"\nVTIC\t02\tJ\r"),
        (Group("DATE", "", "E210423054022"), _S, b"\nDATE\tE210423054022\t\t7\r"),
        (Group("SMAXSN", "00924", "E210423051903"), _S, b"\nSMAXSN\tE210423051903\t00924\t7\r"),
    ],
)
def test_groups_come_out_as_captured(group: Group, mode: Mode, expected: bytes) -> None:
    assert encode_group(group, mode) == expected


def test_a_frame_stands_between_stx_and_etx() -> None:
    frame = Frame(_S, (Group("VTIC", "02"), Group("RELAIS", "000")))
    assert encode_frame(frame) == b"\x02\nVTIC\t02\tJ\r\nRELAIS\t000\tB\r\x03"


def test_bare_groups_need_their_mode() -> None:
    assert encode_frame([Group("VTIC", "02")], _S) == b"\x02\nVTIC\t02\tJ\r\x03"
    with pytest.raises(InputError, match="give mode="):
        encode_frame([Group("VTIC", "02")])


@pytest.mark.parametrize(
    ("group", "mode"),
    [
        (Group("", "1"), _S),
        (Group("A", "é"), _S),
        (Group("A", "1\t2"), _S),
        (Group("A", "1\r"), _H),
        (Group("A", "1", "H\x00"), _S),
        (Group("A", "1", "H081225223518"), _H),
        (Group("A B", "1"), _H),
    ],
)
def test_what_no_line_can_carry_is_refused(group: Group, mode: Mode) -> None:
    with pytest.raises(InputError, match="group"):
        encode_group(group, mode)


@pytest.mark.parametrize("way", ["alone", "in place", "in columns"])
@pytest.mark.parametrize(("group", "mode", "told"), [
    (Group("", "1"), _S, "or the label is empty"),
    (Group("", ""), _H, "or the label is empty"),
    (Group("é", "1"), _S, "characters outside 0x20-0x7E"),
    (Group("A", "é"), _H, "characters outside 0x20-0x7E"),
    (Group("A", "\x7f"), _S, "characters outside 0x20-0x7E"),
    (Group("A", "\x1f"), _S, "characters outside 0x20-0x7E"),
    (Group("A", "1", "é081225223518"), _S, "characters outside 0x20-0x7E"),
    (Group("A", "1", "H\t81225223518"), _S, "characters outside 0x20-0x7E"),
    (Group("A", "1", "H081225223518"), _H, "historic mode has no horodate; give timestamp=None"),
    (Group("A", "1", ""), _H, "historic mode has no horodate; give timestamp=None"),
    (Group("A B", "1"), _H, "a label cannot hold the separator"),
])  # fmt: skip
def test_each_thing_that_no_line_can_carry_is_named_whichever_way_it_comes(
    way: str, group: Group, mode: Mode, told: str
) -> None:
    good = Group("A", "1", None if group.timestamp is None or mode is _H else "H081225223518")
    with pytest.raises(InputError) as caught:
        if way == "alone":
            encode_group(group, mode)
        elif way == "in place":
            encoder = FrameEncoder(mode)
            encoder.encode([good])
            encoder.encode([group])
        elif group.label == "A" and mode is _S:
            encode_frames(
                [good], {"A": [group.value if good.timestamp is None else (group.timestamp, group.value)]}, mode
            )  # type: ignore[list-item]
        else:
            encode_frames([group], {group.label: [group.value]}, mode)
    assert told in str(caught.value)
    assert str(caught.value).startswith("group ")


def test_every_character_that_a_line_can_carry_is_encoded() -> None:
    text = "".join(map(chr, range(0x20, 0x7F)))
    assert text.encode() in encode_group(Group("A", text), _H)
    assert text.encode() in encode_group(Group("A B", text, text), _S)  # standard mode parts by HT


def test_a_frame_with_a_refused_group_is_not_encoded() -> None:
    frame = Frame(_S, (Group("VTIC", "02"), Damaged(Reason.CHECKSUM, 0, 10)))
    with pytest.raises(InputError, match="refused groups"):
        encode_frame(frame)


_TEXTS = st.sampled_from(["", "0", "1", "00390", "00400", "HP..", "x" * 300, "~" * 600])
_FREE = st.builds(Group, st.sampled_from(["A", "PAPP", "B" * 300]), _TEXTS, st.none() | timestamps())


@st.composite
def _successions(draw: st.DrawFn, mode: Mode) -> list[list[Group]]:
    """Groups of one frame after the other: values moving, now and then other groups, now and then one refused."""
    bad = st.sampled_from(
        [Group("A", "é"), Group("A", "1\n"), Group("", "1"), Group("A B", "1"), Group("A", "1", "\t")]
    )
    one = groups(mode=mode) | _FREE
    sent = draw(st.lists(one, max_size=5))
    succession = [sent]
    for _ in range(draw(st.integers(1, 6))):
        sent = [
            Group(each.label, draw(_TEXTS | st.just(each.value)), draw(st.sampled_from([each.timestamp, None, "H0"])))
            if draw(st.booleans())
            else each
            for each in sent
        ]
        if draw(st.integers(0, 4)) == 0:
            sent = [*sent, draw(one | bad)]
        succession.append(sent)
    return succession


def _said(groups: list[Group], encode: Callable[[list[Group]], bytes]) -> bytes | str:
    try:
        return encode(groups)
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("mode", Mode)
@given(data=st.data())
def test_a_frame_written_in_place_is_the_frame_encoded_anew(mode: Mode, data: st.DataObject) -> None:
    encoder = FrameEncoder(mode)
    for sent in data.draw(_successions(mode)):
        assert _said(sent, encoder.encode) == _said(sent, lambda sent: encode_frame(sent, mode))


def test_groups_may_come_one_by_one() -> None:
    encoder = FrameEncoder(_H)
    for value in ("00390", "00400", "00400"):
        assert encoder.encode(Group(label, value) for label in ("PAPP", "IMAX")) == encode_frame(
            [Group("PAPP", value), Group("IMAX", value)], _H
        )


def test_an_encoder_goes_on_after_a_refused_group() -> None:
    encoder = FrameEncoder(_H)
    good, other = [Group("PAPP", "00390"), Group("PTEC", "TH..")], [Group("PAPP", "00400"), Group("PTEC", "HP..")]
    encoder.encode(good)
    with pytest.raises(InputError):
        encoder.encode([Group("PAPP", "00400"), Group("PTEC", "TH.\n")])
    assert encoder.encode(good) == encode_frame(good, _H)
    assert encoder.encode(other) == encode_frame(other, _H)
    assert encoder.encode([]) == b"\x02\x03"


@given(st.lists(st.tuples(st.integers(0, 99_999), timestamps()), max_size=5))
def test_frames_of_columns_are_the_frames_encoded_one_by_one(moved: list[tuple[int, str]]) -> None:
    vtic, ngtf = Group("VTIC", "02"), Group("NGTF", "BASE")
    rows = [[vtic, Group("DATE", "", stamp), ngtf, Group("SINSTS", f"{power:05}")] for power, stamp in moved]
    first = [vtic, Group("DATE", "", "H000101000000"), ngtf, Group("SINSTS", "00000")]
    columns = {"SINSTS": [f"{power:05}" for power, _ in moved], "DATE": [(stamp, "") for _, stamp in moved]}
    assert encode_frames(first, columns, _S) == [encode_frame(row, _S) for row in rows]


def test_columns_of_a_historic_frame_may_change_their_size() -> None:
    values = ["HP..", "HN", "", "TH..  "]
    expected = [encode_frame([Group("PTEC", value), Group("PAPP", "00390")], _H) for value in values]
    assert encode_frames([Group("PTEC", "TH.."), Group("PAPP", "00390")], {"PTEC": values}, _H) == expected


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"VTIC": ["02"]}, "found it 0 times"),
        ({"TWICE": ["02"]}, "found it 2 times"),
        ({"A": ["1", "2"], "B": [("H000101000000", "1")]}, r"columns of \[1, 2\] values"),
        ({}, "at least one column"),
        ({"A": [("H000101000000", "1")]}, "column A: expected values"),
        ({"B": ["1"]}, r"column B: expected \(horodate, value\)"),
        ({"A": ["1", "é"]}, "group 'A': 'é'"),
        ({"B": [("H000101\t", "1")]}, "group 'B'"),
        ({"A": ["1" * 300]}, "column A: over 256"),
    ],
)
def test_columns_that_make_no_frames_are_refused(columns: Any, complaint: str) -> None:
    sent = [Group("A", "1"), Group("TWICE", "1"), Group("TWICE", "2"), Group("B", "1", "H000101000000")]
    with pytest.raises(InputError, match=complaint):
        encode_frames(sent, columns, _S)


@pytest.mark.parametrize("mode", Mode)
def test_another_label_of_the_same_size_is_written_too(mode: Mode) -> None:
    encoder = FrameEncoder(mode)
    for label, value in (("PAPP", "00390"), ("IMAX", "00390"), ("IMAX", "00391"), ("PTEC", "00392")):
        assert encoder.encode([Group(label, value)]) == encode_frame([Group(label, value)], mode)


def test_a_horodate_that_comes_or_goes_is_written_too() -> None:
    encoder = FrameEncoder(_S)
    for group in (Group("A", "H081225223518\t1"[:1]), Group("A", "1", "H081225223518"), Group("A", "1")):
        assert encoder.encode([group]) == encode_frame([group], _S)


def test_a_horodate_that_just_fills_the_place_of_a_historic_value_is_refused() -> None:
    encoder = FrameEncoder(_H)
    encoder.encode([Group("A", "H081225223518 1")])
    with pytest.raises(InputError, match="historic mode has no horodate"):
        encoder.encode([Group("A", "1", "H081225223518")])


@pytest.mark.parametrize("mode", Mode)
def test_a_mode_may_be_told_by_its_name(mode: Mode) -> None:
    group = Group("PAPP", "00390")
    assert encode_group(group, mode.value) == encode_group(group, mode)
    assert encode_frames([group], {"PAPP": ["00400"]}, mode.value) == encode_frames([group], {"PAPP": ["00400"]}, mode)


def test_a_column_of_256_characters_is_the_longest() -> None:
    [octets] = encode_frames([Group("A", "1")], {"A": ["~" * 256]}, _S)
    assert octets == encode_frame([Group("A", "~" * 256)], _S)


@pytest.mark.parametrize("mode", Mode)
def test_a_value_longer_than_the_quick_sum_reckons_with_is_written_right(mode: Mode) -> None:
    encoder = FrameEncoder(mode)
    for value in ("~" * 600, "}" + "~" * 599, "~" * 600):
        assert encoder.encode([Group("A", value)]) == encode_frame([Group("A", value)], mode)
