# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import InputError
from xky.protocol.identity import MAKERS, METERS, Identity


def test_the_worked_example_has_key_29() -> None:
    assert Identity(13, 87, 5, 16492).key == "29"


@given(st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii))
def test_text_survives_the_way_through_and_has_a_key_of_two_digits(text: str) -> None:
    identity = Identity.parse(text)
    assert str(identity) == text
    assert len(identity.key) == 2
    assert identity.key.isdigit()


def test_a_remainder_of_ten_becomes_zero() -> None:
    assert Identity.parse("000000000019").key == "00"  # 10 mod 11, and 9 + 2 = 11 mod 11
    assert Identity.parse("000000000055").key == "04"  # 10 mod 11, and 15 mod 11


def test_a_captured_address_tells_its_meter() -> None:
    identity = Identity.parse("056234000106")
    assert (identity.maker, identity.year, identity.type, identity.serial) == (5, 62, 34, 106)
    linky = Identity.parse("021861000101")
    assert linky.maker_name == "Sagemcom"
    assert linky.meter is not None
    assert linky.meter.phases == 1


def test_the_eight_types_of_the_specification_are_known_with_their_phases() -> None:
    phases = {code: meter.phases for code, meter in METERS.items() if meter.linky}
    assert phases == {61: 1, 62: 1, 63: 3, 64: 1, 70: 1, 71: 3, 75: 1, 76: 3}


def test_types_that_the_specification_does_not_list_are_known_with_their_phases() -> None:
    phases = {code: meter.phases for code, meter in METERS.items() if not meter.linky}
    assert phases == {28: 1, 30: 3, 60: 1, 67: 1, 68: 3, 86: 1, 87: 3, 92: None, 93: None, 94: None}


def test_a_maker_has_the_codes_of_the_euridis_list() -> None:
    codes: dict[str, set[int]] = {}
    for code, name in MAKERS.items():
        codes.setdefault(name, set()).add(code)
    assert codes == {
        "Sagemcom": {2, 81, 84}, "Itron": {3, 6, 85}, "Landis+Gyr": {4, 82}, "Stepper": {5},
        "Elster-Honeywell": {11, 34, 83}, "Hexing": {31}, "ZIV": {39},
    }  # fmt: skip


def test_an_unknown_maker_or_type_is_none() -> None:
    identity = Identity.parse("990099000000")
    assert identity.maker_name is None
    assert identity.meter is None
    assert 99 not in MAKERS


@pytest.mark.parametrize("text", ["", "12345678901", "1234567890123", "1234AA678901", "٠12345678901", "012345678901\n"])
def test_what_is_no_address_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError, match="expected 12 digits"):
        Identity.parse(text)


@pytest.mark.parametrize(
    "values", [(100, 0, 0, 0), (0, -1, 0, 0), (0, 100, 0, 0), (0, 0, 100, 0), (0, 0, 0, 1_000_000)]
)
def test_a_number_that_does_not_fit_is_named(values: tuple[int, int, int, int]) -> None:
    with pytest.raises(InputError, match=r"expected . digits"):
        Identity(*values)
