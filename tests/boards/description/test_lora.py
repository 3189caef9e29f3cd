# SPDX-License-Identifier: Apache-2.0
"""LoRaWAN's times against a published table of airtimes, and what the duty cycle leaves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.boards import Board, board_named
from xky.boards.description.lora import airtime_s, longest_gap_s, off_time_s, shortest_period_s, symbol_s, windows_s
from xky.boards.description.power import LoRa
from xky.boards.firmware.duty_cycle import AirLedger

# Milliseconds by bytes of the application, SF7 to SF12: EU868, 125 kHz, 4/5, explicit header, CRC, 13 bytes of LoRaWAN
TABLE = {
    11: (61.7, 113.2, 205.8, 370.7, 823.3, 1482.8),
    20: (71.9, 133.6, 246.8, 452.6, 987.1, 1810.4),
    31: (92.4, 164.4, 287.7, 534.5, 1151.0, 2138.1),
    51: (118.0, 215.6, 390.1, 698.4, 1560.6, 2793.5),
}
MOST = {7: 222, 8: 222, 9: 115, 10: 51, 11: 51, 12: 51}


@st.composite
def uplinks(draw: st.DrawFn) -> LoRa:
    """Any uplink that is allowed."""
    spread = draw(st.integers(7, 12))
    return LoRa(
        spreading_factor=spread,
        payload_bytes=draw(st.integers(1, MOST[spread])),
        bandwidth_hz=draw(st.sampled_from((125e3, 250e3, 500e3))),
        coding_rate=draw(st.integers(1, 4)),
        duty_cycle=draw(st.sampled_from((0.001, 0.01, 0.1, 1.0))),
    )


@pytest.mark.parametrize("size", TABLE)
def test_the_airtime_is_that_of_the_table(size: int) -> None:
    times = [1e3 * airtime_s(LoRa(spreading_factor=spread, payload_bytes=size)) for spread in range(7, 13)]
    assert [round(one, 1) for one in times] == list(TABLE[size])


def test_long_symbols_are_optimised_for_a_low_rate() -> None:
    """At 250 kHz those of SF12 alone: the same symbols in half the time."""
    wide, narrow = (LoRa(spreading_factor=12, bandwidth_hz=hertz) for hertz in (250e3, 125e3))
    assert airtime_s(wide) == airtime_s(narrow) / 2
    wide, narrow = (LoRa(spreading_factor=11, bandwidth_hz=hertz) for hertz in (250e3, 125e3))
    assert airtime_s(wide) < airtime_s(narrow) / 2


@given(uplinks())
def test_a_longer_payload_and_more_protection_never_take_less(lora: LoRa) -> None:
    for longer in (
        lora.model_copy(update={"payload_bytes": lora.payload_bytes + 8}),
        lora.model_copy(update={"coding_rate": min(4, lora.coding_rate + 1)}),
    ):
        more = (airtime_s(longer) - airtime_s(lora)) / symbol_s(lora)
        assert more >= 0
        assert more == pytest.approx(round(more), abs=1e-9)  # whole symbols


@given(uplinks())
def test_the_shortest_period_keeps_the_duty_cycle_and_the_windows(lora: LoRa) -> None:
    period_s = shortest_period_s(lora)
    assert airtime_s(lora) / period_s <= lora.duty_cycle * (1 + 1e-12)
    assert period_s >= airtime_s(lora) + windows_s(lora)
    assert math.isclose(period_s, max(airtime_s(lora) / lora.duty_cycle, airtime_s(lora) + windows_s(lora)))


def test_the_off_time_at_one_percent_is_99_airtimes() -> None:
    assert off_time_s(LoRa(payload_bytes=20)) == pytest.approx(7.1, abs=0.05)
    assert off_time_s(LoRa(payload_bytes=20, spreading_factor=12)) == pytest.approx(179, abs=0.5)


def far(spreading_factor: int, **lorawan: object) -> Board:
    board = board_named("loky")
    assert board.power is not None
    assert board.power.lora is not None
    assert board.lorawan is not None
    lora = board.power.lora.model_copy(update={"spreading_factor": spreading_factor})
    return board.model_copy(
        update={
            "power": board.power.model_copy(update={"lora": lora}),
            "lorawan": board.lorawan.model_copy(update=lorawan),
        }
    )


def hasty(spreading_factor: int) -> Board:
    board = far(spreading_factor, fair_use_s=None)
    assert board.wake is not None
    return board.model_copy(update={"wake": board.wake.model_copy(update={"sleep_s": 1.0})})


def test_a_board_reports_no_more_often_than_its_band_and_its_network_let_it() -> None:
    """Of the 30 s of airtime a day of The Things Network a tenth is left for repetitions."""
    near, ten, twelve = (far(spread).report_period_s for spread in (7, 10, 12))
    assert near == board_named("loky").report_period_s < 320
    assert (ten, twelve) == (
        pytest.approx(0.3707 / 27 * 86_400, rel=0.02),
        pytest.approx(1.4828 / 27 * 86_400, rel=0.01),
    )
    assert far(12, fair_use_s=None).report_period_s < 320
    assert 60 <= hasty(7).report_period_s < 80  # the least one of its file
    assert hasty(12).report_period_s >= 3600 - 23 * 148.28  # 24 in an hour, and the next one waits for its end


def test_who_uses_up_its_airtime_makes_up_for_joins_and_repetitions() -> None:
    hour_s, air_s, day_s = 3600.0, 0.3707, 86_400 / 27
    assert far(7).makes_up_s(hour_s) == 0  # what may be used at once is enough
    joins, repetitions = 7, 7  # behind pauses of 1, 2, 4, 8, 16 and 32 min, and the one that is let in
    assert far(10).makes_up_s(hour_s) == pytest.approx((joins + repetitions + 1) * air_s * day_s, rel=0.01)
    assert far(10, confirmed_every=0).makes_up_s(hour_s) == pytest.approx((joins + 1) * air_s * day_s, rel=0.01)
    assert far(10, fair_use_s=None).makes_up_s(hour_s) == 0
    late_s = far(10).server_returns_after(hour_s) - far(7).server_returns_after(hour_s)
    assert late_s == pytest.approx(far(10).makes_up_s(hour_s))


def test_a_period_just_over_what_its_network_grants_leaves_nothing_for_repetitions() -> None:
    ten = far(10, transmissions_max=15)
    assert ten.wake is not None
    slower = ten.model_copy(update={"wake": ten.wake.model_copy(update={"sleep_s": 1190.0})})
    assert slower.makes_up_s(0.0) > 15 * 0.3707 / 27 * 86_400


def test_a_join_may_put_off_the_second_uplink_where_little_is_granted() -> None:
    assert far(10).longest_period_s == far(10).report_period_s
    little = far(10, fair_use_s=5.0)
    assert little.longest_period_s == pytest.approx((3 * 0.3707 - 0.5) / 4.5 * 86_400, rel=0.01)
    assert little.longest_period_s > little.report_period_s
    assert board_named("eky").longest_period_s == 0


@given(uplinks())
def test_who_sends_as_soon_as_it_may_waits_no_longer_than_the_longest_gap(lora: LoRa) -> None:
    ledger, at_s, gaps = AirLedger(lora.duty_cycle), 0.0, []
    for _ in range(60):
        ledger.note(at_s, airtime_s(lora))
        ready_s = at_s + airtime_s(lora)
        gaps.append(ready_s + ledger.wait_s(ready_s, airtime_s(lora)) - at_s)
        at_s += gaps[-1]
    assert max(gaps) <= longest_gap_s(lora) + 1e-3
