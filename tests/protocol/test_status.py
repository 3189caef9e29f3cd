# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import InputError
from xky.protocol.status import Breaker, Colour, Euridis, Plc, Relays, Status


def test_a_plain_consumer_meter_says_003a0001() -> None:
    assert str(Status()) == "003A0001"
    assert Status.parse("003A0001") == Status()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00DA0001", Status(plc=Plc.REGISTERED, plc_synchronised=True)),
        ("003A4001", Status(distributor_index=2)),
        ("002A0301", Status(producer=True, injecting=True, euridis=Euridis.OPEN)),
        ("003A0301", Status(producer=True, injecting=True)),
        ("003AC701", Status(producer=True, injecting=True, distributor_index=4, supplier_index=2)),
        ("013A0501", Status(producer=True, supplier_index=2, colour_today=Colour.BLUE)),
        ("013AC401", Status(supplier_index=2, distributor_index=4, colour_today=Colour.BLUE)),
        ("003B0001", Status(clock_degraded=True)),
        (
            "463A0800",
            Status(
                dry_contact_open=False,
                supplier_index=3,
                colour_today=Colour.WHITE,
                colour_tomorrow=Colour.BLUE,
                peak_running=1,
            ),
        ),
        (
            "833AD501",
            Status(producer=True, supplier_index=6, distributor_index=4, colour_today=Colour.RED, peak_running=2),
        ),
        (
            "AF3A9100",
            Status(
                dry_contact_open=False,
                producer=True,
                supplier_index=5,
                distributor_index=3,
                colour_today=Colour.RED,
                colour_tomorrow=Colour.RED,
                peak_notice=2,
                peak_running=2,
            ),
        ),
        (
            "000A4411",
            Status(
                cover_open=True,
                supplier_index=2,
                distributor_index=2,
                euridis=Euridis.OPEN,
                plc=Plc.NEW_UNLOCKED,
            ),
        ),
    ],
)
def test_registers_seen_in_the_field_are_read_and_built(text: str, expected: Status) -> None:
    assert Status.parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize("breaker", Breaker)
def test_every_breaker_state_has_its_code(breaker: Breaker) -> None:
    assert Status.parse(str(Status(breaker=breaker))).breaker is breaker
    assert int(str(Status(breaker=breaker)), 16) >> 1 & 0b111 == breaker


@pytest.mark.parametrize(
    ("name", "place", "states"),
    [
        ("euridis", 19, [Euridis.OFF, Euridis.OPEN, Euridis.UNDEFINED, Euridis.SECURED]),
        ("plc", 21, [Plc.NEW_UNLOCKED, Plc.NEW_LOCKED, Plc.REGISTERED, Plc.UNDEFINED]),
        ("colour_today", 24, [Colour.NONE, Colour.BLUE, Colour.WHITE, Colour.RED]),
        ("colour_tomorrow", 26, [Colour.NONE, Colour.BLUE, Colour.WHITE, Colour.RED]),
    ],
)
def test_every_code_of_two_bits_is_the_state_of_the_specification(name: str, place: int, states: list[object]) -> None:
    told = [getattr(Status.parse(f"{code << place:08X}"), name) for code in range(4)]
    assert all(one is state for one, state in zip(told, states, strict=True))
    assert len(set(states)) == 4


@given(st.binary(min_size=4, max_size=4))  # of integers of so many bits, most that are drawn are small
def test_every_register_survives_the_way_through(word: bytes) -> None:
    assert str(Status.parse(word.hex())) == word.hex().upper()


def test_the_unused_bits_are_kept_in_their_places() -> None:
    status = Status.parse("003E0021")
    assert status.reserved == 1 << 18 | 1 << 5
    assert str(status) == "003E0021"


@pytest.mark.parametrize("nibble", range(10, 16))
def test_an_index_that_no_meter_has_is_read_all_the_same(nibble: int) -> None:
    assert Status.parse(f"{0x003A0001 | nibble << 10:08X}").supplier_index == nibble + 1


@pytest.mark.parametrize("text", ["", "003A001", "003A00011", "003A000G", "0x3A0001", "٠٠3A0001", "003A0001\n"])
def test_what_is_no_register_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError, match="8 hexadecimal"):
        Status.parse(text)


@pytest.mark.parametrize("field", ["supplier_index", "distributor_index", "peak_notice", "peak_running"])
@pytest.mark.parametrize("value", [-1, 17])
def test_a_value_that_does_not_fit_its_bits_is_named(field: str, value: int) -> None:
    with pytest.raises(InputError, match=f"{field} = {value}"):
        Status(**{field: value})  # type: ignore[arg-type]


def test_what_it_says_is_told_by_name() -> None:
    with pytest.raises(TypeError, match="positional"):
        Status(False)  # type: ignore[misc]


def test_reserved_holds_no_bit_that_has_a_meaning() -> None:
    with pytest.raises(InputError, match="bits 5 and 18"):
        Status(reserved=1)


def test_the_relays_of_the_specification_are_read() -> None:
    assert Relays.parse("140").closed == {3, 4, 8}
    assert Relays.parse("001").closed == {1}


@given(st.integers(0, 255))
def test_every_relay_word_survives_the_way_through(word: int) -> None:
    assert str(Relays.parse(f"{word:03}")) == f"{word:03}"


@pytest.mark.parametrize("text", ["", "1", "256", "0001", "0x1", "-01", "٠٠1", "001\n"])
def test_what_is_no_relay_word_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError, match="3 digits"):
        Relays.parse(text)


@pytest.mark.parametrize("relay", [0, 9])
def test_there_are_eight_relays(relay: int) -> None:
    with pytest.raises(InputError, match=f"no relay {relay}"):
        Relays(frozenset({relay}))
