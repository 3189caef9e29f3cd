# SPDX-License-Identifier: Apache-2.0
"""LoRaWAN's airtime against an independent package, its sub-bands, and the most that an hour holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol.uplinks.lorawan_airtime import airtime_of, airtime_s
from xky.protocol.uplinks.lorawan_commands import (
    Command,
    CommandId,
    LinkAdr,
    device_status,
    link_adr_request,
    read_commands,
    read_link_adr,
    read_status,
)
from xky.protocol.uplinks.lorawan_eu868 import (
    CHANNELS_HZ,
    DATA_RATES,
    HOUR_S,
    JOIN_DELAYS_S,
    MOST_BYTES,
    RX2_HZ,
    RX2_SPREADING_FACTOR,
    RX_DELAYS_S,
    Transmission,
    data_rate_name,
    sub_band,
    worst_use_s,
)
from xky.protocol.uplinks.messages import RadioFrame


def test_twenty_four_bytes_take_what_was_observed() -> None:
    assert airtime_s(24, 12) == pytest.approx(1.482752, abs=1e-9)
    assert airtime_s(24, 7) == pytest.approx(0.061696, abs=1e-9)
    assert airtime_of(RadioFrame(bytes(24), 868.1e6, 7)) == airtime_s(24, 7)


@pytest.mark.parametrize("spreading_factor", range(7, 13))
def test_the_airtime_is_that_of_pamoja_to_the_microsecond(spreading_factor: int) -> None:
    link = pytest.importorskip("pamoja.lora").link(spreading_factor, 125_000)
    for size in range(5, 230):
        assert round(1e6 * airtime_s(size, spreading_factor)) == link.airtime_us(size)


def test_each_default_channel_may_be_used_for_one_hundredth_of_an_hour() -> None:
    for channel in CHANNELS_HZ:
        band = sub_band(channel)
        assert band is not None
        assert band.duty_cycle == 0.01
    downlinks = sub_band(RX2_HZ)
    assert downlinks is not None
    assert downlinks.duty_cycle == 0.1
    assert sub_band(868.65e6) is None
    assert sub_band(915e6) is None
    assert data_rate_name(12) == "SF12BW125"


def test_a_device_sends_and_is_answered_where_and_when_the_region_has_it() -> None:
    assert CHANNELS_HZ == (868_100_000, 868_300_000, 868_500_000)
    assert (RX_DELAYS_S, JOIN_DELAYS_S) == ((1, 2), (5, 6))
    assert (RX2_HZ, RX2_SPREADING_FACTOR) == (869_525_000, 12)
    assert HOUR_S == 60 * 60


def test_a_slower_data_rate_takes_fewer_bytes() -> None:
    assert DATA_RATES == {0: 12, 1: 11, 2: 10, 3: 9, 4: 8, 5: 7}
    assert [MOST_BYTES[DATA_RATES[rate]] for rate in range(6)] == [51, 51, 51, 115, 222, 222]
    assert len(MOST_BYTES) == 6


def test_a_sub_band_ends_where_the_next_stretch_that_nobody_may_use_begins() -> None:
    bands = [
        ("863-865", 863e6, 0.001), ("865-868", 865e6, 0.01), ("868.0-868.6", 868e6, 0.01),
        ("868.7-869.2", 868.7e6, 0.001), ("869.4-869.65", 869.4e6, 0.1), ("869.7-870.0", 869.7e6, 0.01),
    ]  # fmt: skip
    for name, low_hz, duty_cycle in bands:
        band = sub_band(low_hz)
        assert band is not None
        assert (band.name, band.duty_cycle) == (name, duty_cycle)
        assert sub_band(low_hz + 0.5) is band
    assert [sub_band(next_hz - 0.5) for next_hz in (865e6, 868e6)] == [sub_band(863e6), sub_band(866e6)]
    for high_hz in (868.6e6, 869.2e6, 869.65e6, 870e6):
        assert sub_band(high_hz) is not None
        assert sub_band(high_hz + 1) is None
    assert [sub_band(low_hz - 1) for low_hz in (863e6, 868.7e6, 869.4e6, 869.7e6)] == [None] * 4


def sent(*times: tuple[float, float]) -> list[Transmission]:
    return [Transmission(start_s, airtime_s, 868.1e6, 7) for start_s, airtime_s in times]


def test_the_worst_hour_holds_a_part_of_what_it_cuts() -> None:
    assert worst_use_s([]) == (0.0, 0.0)
    assert worst_use_s(sent((0, 10), (3595, 10))) == (pytest.approx(15), 3605)
    assert worst_use_s(sent((0, 10), (3610, 10))) == (pytest.approx(10), 10)


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 400)), max_size=12))
def test_the_worst_hour_is_the_worst_of_all_hours(gaps: list[tuple[int, int]]) -> None:
    times, now = [], 0
    for gap, length in gaps:
        now += gap
        times.append((float(now), float(length)))
        now += length
    most_s, ends_s = worst_use_s(sent(*times))

    def used_s(begins_s: float) -> float:
        ends = begins_s + HOUR_S
        return sum(max(0.0, min(s + a, ends) - max(s, begins_s)) for s, a in times)

    assert most_s == pytest.approx(used_s(ends_s - HOUR_S))
    assert most_s == pytest.approx(max((used_s(begins_s) for begins_s in range(-4000, now + 1, 50)), default=0), abs=50)
    assert all(used_s(begins_s) <= most_s + 1e-6 for begins_s in range(-4000, now + 1, 50))


def test_commands_are_read_until_one_that_nobody_knows() -> None:
    row = Command(CommandId.LINK_CHECK).encode() + device_status(255, -3).encode()
    commands, rest = read_commands(row + b"\x80\x01", up=True)
    assert [one.id for one in commands] == [CommandId.LINK_CHECK, CommandId.DEV_STATUS]
    assert read_status(commands[1]) == (255, -3)
    assert rest == b"\x80\x01"
    asked = LinkAdr(data_rate=0, power=1, transmissions=3)
    (command,), rest = read_commands(link_adr_request(asked).encode(), up=False)
    assert (read_link_adr(command), rest) == (asked, b"")


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_commands_and_a_rest(data: bytes, up: bool) -> None:
    commands, rest = read_commands(data, up=up)
    assert b"".join(one.encode() for one in commands) + rest == data
