# SPDX-License-Identifier: Apache-2.0
"""JSON lines of a program, to the letter of its contract: what a line says, and what it equals on the line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.hil.bench.reading import Reading, Said, reading_from_groups, reading_from_json
from xky.protocol import LABELS, Group, Mode
from xky.protocol.labels import Kind
from xky.protocol.strategies import groups

STAMP = "H270105215500"
EAST = Group("EAST", "002188830")
SMAXSN = Group("SMAXSN", "00924", STAMP)
DATE = Group("DATE", "", STAMP)
NGTF = Group("NGTF", "      BASE      ")


def read(line: str) -> Reading:
    """The reading of a line that is one."""
    reading = reading_from_json(1.0, line)
    assert reading is not None
    return reading


def says(value: object, group: Group) -> bool:
    """Whether ``{label: value}`` on a line says what the group says."""
    return read(json.dumps({group.label: value})).said[group.label].matches(group)


# What a line is


@pytest.mark.parametrize(
    "line", ["", "  ", "hello", "[1, 2]", '"EAST"', "12", "null", "true", "{", '{"EAST": }', "{}x"]
)
def test_what_is_no_json_object_is_no_reading(line: str) -> None:
    assert reading_from_json(1.0, line) is None


def test_a_line_keeps_its_time_and_its_text() -> None:
    line = ' {"EAST": "002188830"} '
    assert read(line) == Reading(1.0, {"EAST": Said("002188830")}, line)


def test_an_empty_object_is_a_reading_of_nothing() -> None:
    assert read("{}").said == {}


def test_null_is_not_reported() -> None:
    assert "EAST" not in read('{"EAST": null, "SINSTS": "00394"}')
    assert "EAST" not in read('{"EAST": {"value": null}}')
    assert "EAST" not in read('{"EAST": {}}')


def test_an_object_of_another_shape_is_kept_as_it_is_said() -> None:
    reading = read('{"wifi": {"rssi": -60}, "EAST": {"index": 2188830}}')
    assert reading.text("wifi") == '{"rssi": -60}'
    assert not reading.said["EAST"].matches(EAST)


def test_of_a_key_said_twice_the_last_counts() -> None:
    assert read('{"EAST": "1", "EAST": "2"}').text("EAST") == "2"


@given(st.text())
def test_no_line_raises(line: str) -> None:
    reading_from_json(0.0, line)


KEYS = st.text() | st.sampled_from(["value", "timestamp"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    )
)
def test_no_json_value_raises(value: object) -> None:
    reading = read(json.dumps({"EAST": value}))
    for said in reading.said.values():
        said.matches(EAST)
        str(said)


def test_json_nested_without_end_is_no_reading() -> None:
    assert reading_from_json(1.0, "[" * 60_000) is None
    assert reading_from_json(1.0, '{"EAST":' * 60_000) is None


def test_half_a_surrogate_pair_does_not_keep_the_report_from_being_written() -> None:
    reading = read(r'{"\ud800": "1", "EAST": "\udc00"}')
    for key, said in reading.said.items():
        f"{key} {said}".encode()


# What a value equals


def test_text_as_sent_is_what_was_sent() -> None:
    assert says("002188830", EAST)
    assert not says("002188831", EAST)
    assert not says("2188830", EAST)


@pytest.mark.parametrize("value", [2188830, {"value": 2188830}, {"value": 2188830, "timestamp": None}])
def test_an_integer_equals_data_of_decimal_digits(value: object) -> None:
    assert says(value, EAST)


@pytest.mark.parametrize("value", [2188831, -2188830, 0, True, 2188830.5, [2188830], {"value": ["002188830"]}])
def test_another_number_or_shape_does_not(value: object) -> None:
    assert not says(value, EAST)


def test_true_is_not_the_number_one() -> None:
    assert not says(True, Group("NTARF", "01"))


def test_an_integer_never_equals_stge() -> None:
    assert not says(12345678, Group("STGE", "12345678"))
    assert says("12345678", Group("STGE", "12345678"))


def test_an_integer_never_equals_data_with_other_characters() -> None:
    assert not says(12, Group("XYZ", "12 "))
    assert not says(3, Group("MSG1", "+3"))
    assert not says(0, Group("DATE", "", STAMP))


@pytest.mark.parametrize("said", ["      BASE      ", "BASE", "      BASE", "BASE      "])
def test_padding_of_texts_may_be_trimmed(said: str) -> None:
    assert says(said, NGTF)


@pytest.mark.parametrize("said", ["BAS", "B A S E", "base", ""])
def test_other_texts_are_not_what_was_sent(said: str) -> None:
    assert not says(said, NGTF)


def test_inner_spaces_of_a_text_stay() -> None:
    assert says("PAS DE          MESSAGE", Group("MSG1", "PAS DE          MESSAGE         "))
    assert not says("PAS DE MESSAGE", Group("MSG1", "PAS DE          MESSAGE         "))


def test_a_text_of_nothing_but_padding_may_be_empty() -> None:
    assert says("", Group("MSG2", " " * 16))


def test_codes_keep_their_dots() -> None:
    assert says("TH..", Group("PTEC", "TH.."))
    assert not says("TH", Group("PTEC", "TH.."))


# Horodates


@pytest.mark.parametrize("value", ["00924", 924, {"value": "00924"}, {"value": "00924", "timestamp": None}])
def test_a_horodate_left_out_is_not_judged(value: object) -> None:
    assert says(value, SMAXSN)


def test_a_horodate_given_must_be_the_one_sent() -> None:
    assert says({"value": "00924", "timestamp": STAMP}, SMAXSN)
    assert says({"value": 924, "timestamp": STAMP}, SMAXSN)
    assert not says({"value": "00924", "timestamp": "H270105215501"}, SMAXSN)
    assert not says({"value": "00924", "timestamp": STAMP.lower()}, SMAXSN)
    assert not says({"value": "00924", "timestamp": 270105215500}, SMAXSN)


def test_a_horodate_for_a_label_without_one_was_not_sent() -> None:
    assert not says({"value": "002188830", "timestamp": STAMP}, EAST)


@pytest.mark.parametrize("value", [STAMP, "", {"value": STAMP}, {"value": "", "timestamp": STAMP},
                                   {"value": STAMP, "timestamp": STAMP}, {"timestamp": STAMP}])  # fmt: skip
def test_date_may_be_its_horodate(value: object) -> None:
    assert says(value, DATE)


@pytest.mark.parametrize("value", ["H270105215501", {"value": "", "timestamp": "H270105215501"}, "270105215500"])
def test_another_horodate_is_not_date(value: object) -> None:
    assert not says(value, DATE)


def test_a_horodate_is_no_value_of_other_labels() -> None:
    assert not says(STAMP, SMAXSN)
    assert not says({"timestamp": STAMP}, SMAXSN)


# What a test asks of a reading


def test_decimal_labels_are_integers_and_others_text() -> None:
    reading = reading_from_groups(2.5, [EAST, SMAXSN, NGTF, Group("STGE", "00000001"), DATE])
    assert (reading["EAST"], reading["SMAXSN"]) == (2188830, 924)
    assert (reading["NGTF"], reading["STGE"], reading["DATE"]) == ("      BASE      ", "00000001", "")
    assert reading.text("EAST") == "002188830"
    assert reading.timestamp("SMAXSN") == STAMP
    assert reading.timestamp("EAST") is None
    assert reading.at_s == 2.5


def test_a_label_that_was_not_said_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="EAST"):
        read("{}")["EAST"]


@pytest.mark.parametrize("mode", list(Mode), ids=str)
@given(data=st.data())
def test_every_group_says_itself_whichever_shape_is_chosen(mode: Mode, data: st.DataObject) -> None:
    group = data.draw(groups(mode=mode))
    known = LABELS[mode].get(group.label)
    shapes: list[object] = [group.value, {"value": group.value, "timestamp": group.timestamp}]
    if group.value.isdecimal() and group.label != "STGE":
        shapes.append(int(group.value))
    if known is not None and known.kind is Kind.TEXT:
        shapes.append(group.value.strip())
    for shape in shapes:
        assert says(shape, group)
