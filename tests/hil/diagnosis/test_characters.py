# SPDX-License-Identifier: Apache-2.0
"""The eighth bit of characters is told from the characters alone, and damage beside it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.hil.diagnosis.characters import EighthBit, characters_of
from xky.hil.diagnosis.one_sided import beside_edges, fits_stretched

TEXT = b"\x02\nADSC\t041861932273\t;\r\nVTIC\t02\tJ\r\nEAST\t001234567\t!\r\x03" * 3
EIGHTH: dict[EighthBit, Callable[[int], int]] = {
    EighthBit.EVEN: lambda code: code | (code.bit_count() & 1) << 7,
    EighthBit.ODD: lambda code: code | (~code.bit_count() & 1) << 7,
    EighthBit.ZERO: lambda code: code,
    EighthBit.ONE: lambda code: code | 0x80,
}


@pytest.mark.parametrize("kind", EighthBit)
def test_each_kind_is_told_of_its_characters(kind: EighthBit) -> None:
    characters = characters_of(bytes(map(EIGHTH[kind], TEXT)))
    assert (characters.codes, characters.eighth, characters.spoilt) == (TEXT, kind, ())


@pytest.mark.parametrize("kind", EighthBit)
@given(places=st.sets(st.integers(0, len(TEXT) - 1), max_size=len(TEXT) // 10))
def test_a_wrong_eighth_bit_here_and_there_is_told_by_its_place(kind: EighthBit, places: set[int]) -> None:
    data = bytearray(map(EIGHTH[kind], TEXT))
    for place in places:
        data[place] ^= 0x80
    characters = characters_of(bytes(data))
    assert characters.eighth is kind
    assert set(characters.spoilt) == places


def test_of_a_few_characters_no_kind_is_told() -> None:
    assert characters_of(b"\x02\nADSC").eighth is None


@given(st.integers(0, 255), st.integers(0, 1))
def test_a_long_level_turns_bits_over_one_way_only_and_beside_an_edge(sent: int, level: int) -> None:
    for turned in range(1, 256):
        if fits_stretched(sent, turned, level):
            assert (sent & turned == 0) if level else (~sent & turned == 0)
            assert turned & ~beside_edges(sent) == 0


def test_the_bit_behind_the_start_bit_is_the_first_that_a_long_0_swallows() -> None:
    assert fits_stretched(0b1, 0b1, 0)  # a 1 right behind the start bit
    assert not fits_stretched(0b11, 0b10, 0)  # a 1 behind a 1
    assert fits_stretched(0b10, 0b1, 1)  # a 0 before a 1
    assert not fits_stretched(0b100, 0b1, 1)  # a 0 before a 0
