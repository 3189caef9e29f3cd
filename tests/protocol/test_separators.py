# SPDX-License-Identifier: Apache-2.0
"""Groups taken apart at their separators, whatever their checksum says."""

from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import Group, Mode, encode_group
from xky.protocol.separators import has_three_parts, read_by_separators
from xky.protocol.strategies import groups


def test_historic_data_keeps_the_separators_that_stand_in_it() -> None:
    assert read_by_separators(b"PEJP 30 min", Mode.HISTORIC) == Group("PEJP", "30 min")


def test_the_first_of_several_standard_fields_is_the_horodate_and_the_last_the_data() -> None:
    stamped = Group("SMAXSN", "01234", "E260101120000")
    assert read_by_separators(b"SMAXSN\tE260101120000\t01234", Mode.STANDARD) == stamped
    assert read_by_separators(b"DATE\tE260101120000\t", Mode.STANDARD) == Group("DATE", "", "E260101120000")


def test_what_has_no_separator_is_a_label_without_data() -> None:
    assert read_by_separators(b"PAPP", Mode.HISTORIC) == Group("PAPP", "")


def test_any_character_is_read_as_one() -> None:
    assert read_by_separators(b"PA\xd0P\t\xff", Mode.STANDARD) == Group("PA\xd0P", "\xff")


def test_label_data_and_checksum_are_told_from_less() -> None:
    assert has_three_parts(b"PAPP 00042 &", Mode.HISTORIC)
    assert has_three_parts(b"DATE\t\t&", Mode.STANDARD)
    assert not has_three_parts(b"PAPP &", Mode.HISTORIC)
    assert not has_three_parts(b"PAPP\t00042 &", Mode.STANDARD)


@given(st.data(), st.sampled_from(Mode))
def test_a_sound_group_says_by_its_separators_what_it_says(data: st.DataObject, mode: Mode) -> None:
    group = data.draw(groups(mode=mode))
    body = encode_group(group, mode)[1:-1]
    assert has_three_parts(body, mode)
    assert read_by_separators(body[:-2], mode) == group
