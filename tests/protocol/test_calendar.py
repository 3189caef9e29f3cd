# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import Frame, InputError, Mode, decode
from xky.protocol.calendar import BLOCKS, UNUSED, Block, Contact, DayProfile
from xky.protocol.strategies import day_profiles

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"


def _filled(*blocks: str) -> str:
    return " ".join([*blocks, *[UNUSED] * (BLOCKS - len(blocks))])


def test_every_profile_in_the_captures_survives_the_way_through() -> None:
    texts = {
        group.value
        for path in CAPTURES.glob("std_*.txt")
        for event in decode(path.read_bytes(), Mode.STANDARD)
        if isinstance(event, Frame)
        for group in event.good
        if group.label in {"PJOURF+1", "PPOINTE"}
    }
    assert len(texts) >= 5
    assert {text: str(DayProfile.parse(text)) for text in texts} == {text: text for text in texts}


def test_an_off_peak_profile_reads_as_its_hours() -> None:
    profile = DayProfile.parse(_filled("0000C001", "06308002", "2230C001"))
    assert profile.blocks == (
        Block(time(0, 0), Contact.CLOSE, supplier_index=1),
        Block(time(6, 30), Contact.OPEN, supplier_index=2),
        Block(time(22, 30), Contact.CLOSE, supplier_index=1),
    )


def test_virtual_contacts_are_numbered_from_bit_4() -> None:
    assert Block.parse("00000010").virtual_contacts == {1}
    assert Block.parse("00000400").virtual_contacts == {7}
    assert Block.parse("00000800").unused == 1


@given(day_profiles())
def test_text_has_98_characters_and_reads_back(profile: DayProfile) -> None:
    assert len(str(profile)) == 98
    assert DayProfile.parse(str(profile)) == profile


@given(st.times(), st.integers(0, 0xFFFF))
def test_every_action_word_survives_the_way_through(start: time, action: int) -> None:
    text = f"{start:%H%M}{action:04X}"
    assert str(Block.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "expected 11 blocks"),
        (_filled("00008001") + f" {UNUSED}", "got 12"),
        (_filled("00008001").replace(" ", "  ", 1), "got 12"),
        (_filled("00008001", "24008001"), r"block 2 \(character 10\)"),
        (_filled("00608001"), "block 1"),
        (_filled("0000800g"), "block 1"),
        (_filled("0A008002", "1000C001"), "block 1"),
        (_filled(UNUSED, "00008001"), "block 2 .*expected NONUTILE"),
    ],
)
def test_a_wrong_block_is_named_with_its_place(text: str, place: str) -> None:
    with pytest.raises(InputError, match=place):
        DayProfile.parse(text)


@pytest.mark.parametrize(
    "values",
    [
        {"start": time(6, 30, 1)},
        {"start": time(6, 30, tzinfo=UTC)},
        {"virtual_contacts": frozenset({8})},
        {"supplier_index": 16},
        {"unused": 8},
    ],
)
def test_a_block_that_no_word_can_carry_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InputError, match="block at"):
        Block(**{"start": time(0, 0), **values})  # type: ignore[arg-type]


def test_a_day_has_eleven_blocks_at_most() -> None:
    with pytest.raises(InputError, match="11 blocks at most"):
        DayProfile((Block(time(0, 0)),) * 12)


def test_a_block_of_a_start_alone_does_nothing() -> None:
    block = Block(time(6, 30))
    assert (block.contact, block.virtual_contacts, block.supplier_index, block.unused) == (
        Contact.KEEP, frozenset(), 0, 0,
    )  # fmt: skip
    assert str(block) == "06300000"


@pytest.mark.parametrize("values", [
    {"supplier_index": -1}, {"unused": -1}, {"virtual_contacts": frozenset({0})}, {"start": time(6, 30, 0, 1)},
])  # fmt: skip
def test_a_block_below_what_a_word_can_carry_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InputError, match="block at"):
        Block(**{"start": time(0, 0), **values})  # type: ignore[arg-type]


def test_a_block_at_the_limits_of_its_word_is_taken() -> None:
    assert str(Block(time(0, 0), Contact.CLOSE, frozenset(range(1, 8)), 15, 7)) == "0000FFFF"
    assert len(DayProfile((Block(time(0, 0)),) * 11).blocks) == 11
