# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import Mode, checksum
from xky.protocol.checksum import checked_zone


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (b"ADCO 012345678901", "E"),
        (b"VTIC\t02\t", "J"),
        (b"MSG1\tPAS DE          MESSAGE         \t", "<"),
        (b"PTEC HP..", " "),
        (b"BASE 010151175", " "),
        (b"SMAXSN-1\tE210422183457\t01952\t", " "),
    ],
)
def test_worked_examples_of_the_specification_and_captures_agree(zone: bytes, expected: str) -> None:
    assert chr(checksum(zone)) == expected


def test_historic_leaves_the_last_separator_out() -> None:
    assert checked_zone(b"VTIC 02 J", Mode.HISTORIC) == b"VTIC 02"


def test_standard_counts_the_last_separator() -> None:
    assert checked_zone(b"VTIC\t02\tJ", Mode.STANDARD) == b"VTIC\t02\t"


@given(st.binary(max_size=600))
def test_checksum_is_the_sum_of_the_codes_folded_to_0x20_to_0x5f(zone: bytes) -> None:
    assert checksum(zone) == (sum(zone) & 0x3F) + 0x20


@pytest.mark.parametrize("size", [255, 256, 257, 100_000])
def test_zones_of_any_size_are_summed_exactly(size: int) -> None:
    assert checksum(b"\xff" * size) == (255 * size & 0x3F) + 0x20


@given(st.binary(max_size=50))
def test_an_even_number_of_spaces_goes_unseen(zone: bytes) -> None:
    assert checksum(zone) == checksum(zone + b"  ")
