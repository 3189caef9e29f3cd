# SPDX-License-Identifier: Apache-2.0
"""How long receivers misread behind a low stop bit, held against the UART that samples each bit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.out_of_step import misread_behind
from xky.protocol.uart import Burst, CharacterDefect, Uart, levels, received

LOW = CharacterDefect.FRAMING


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[bytes, dict[int, CharacterDefect], int]:
    """Characters, some of them spoilt, and the place of one with a low stop bit."""
    data = bytes(draw(st.lists(st.integers(0, 0x7F), min_size=2, max_size=40)))
    defects = draw(st.dictionaries(st.integers(0, len(data) - 1), st.sampled_from(CharacterDefect), max_size=3))
    at = draw(st.integers(0, len(data) - 1))
    return data, {**defects, at: LOW}, at


@given(spoilt())
def test_from_then_on_a_uart_that_waits_for_an_edge_reads_what_is_sent(
    told: tuple[bytes, dict[int, CharacterDefect], int],
) -> None:
    data, defects, at = told
    again, _ = misread_behind(data, defects, at)
    assert at < again <= len(data)
    later = {index: defect for index, defect in defects.items() if index < again}  # what is spoilt behind is its own
    heard = received(Burst(0.0, 1.0, data, later), Uart(CHARACTER_BITS)).data
    assert heard.endswith(data[again:])


@given(spoilt())
def test_what_it_hears_until_then_is_among_what_may_be_heard(
    told: tuple[bytes, dict[int, CharacterDefect], int],
) -> None:
    data, defects, at = told
    again, may_be_heard = misread_behind(data, defects, at)
    burst = Burst(0.0, 1.0, data[at:again], {index - at: one for index, one in defects.items() if at <= index < again})
    # where it is in step before the other kind, it reads what is sent; the last one may reach into the idle line
    assert set(received(burst, Uart(CHARACTER_BITS)).data[1:-1]) <= {*may_be_heard, *data[at:again]}


def test_who_takes_the_low_stop_bit_for_a_start_bit_is_misled_otherwise() -> None:
    sent = Burst(0.0, 1.0, b".  \r\nI", {0: LOW})
    line = "".join(map(str, levels(sent)))
    stop = CHARACTER_BITS - 1
    taken = int(line[stop + 1 : stop + 8][::-1], 2)
    assert taken in misread_behind(sent.data, sent.defects, 0)[1]
    assert taken not in received(sent, Uart(CHARACTER_BITS)).data


@pytest.mark.parametrize("at", [0, 5])
def test_behind_the_last_character_nothing_is_misread(at: int) -> None:
    assert misread_behind(b"PAPP 0"[: at + 1], {at: LOW}, at) == (at + 1, b"")
