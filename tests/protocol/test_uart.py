# SPDX-License-Identifier: Apache-2.0
"""What a UART makes of a burst."""

import math
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import InputError
from xky.protocol.uart import Burst, CharacterDefect, Uart, _receive, handed_over, levels, received

CHARACTER_S = 10 / 9600
GROUP = b"\nSINSTS\t00548\tN\r"
SEVEN_E_1 = Uart(9600)


def burst(data: bytes = GROUP, **defects: CharacterDefect) -> Burst:
    """Starts at 1 s; ``c3=Defect.PARITY`` damages the character at index 3."""
    return Burst(1.0, CHARACTER_S, data, {int(key[1:]): defect for key, defect in defects.items()})


def with_parity(data: bytes) -> bytes:
    return bytes(code | (code.bit_count() % 2) << 7 for code in data)


def test_right_settings_give_what_was_sent() -> None:
    heard = received(burst(), SEVEN_E_1)
    assert (heard.data, dict(heard.errors)) == (GROUP, {})


def test_a_character_is_there_in_the_middle_of_its_stop_bit() -> None:
    heard = list(received(burst(), SEVEN_E_1))
    assert (heard[0].code, heard[0].error) == (0x0A, None)
    assert heard[0].end_s == pytest.approx(1.0 + 9.5 / 9600)
    assert heard[3].end_s == pytest.approx(1.0 + 3 * CHARACTER_S + 9.5 / 9600)


def test_8n1_on_a_7e1_line_shows_parity_in_bit_7() -> None:
    heard = received(burst(), Uart(9600, 8, "N"))
    assert (heard.data, dict(heard.errors)) == (with_parity(GROUP), {})
    assert heard.data[-1] == 0x8D


def test_odd_parity_complains_of_every_character() -> None:
    heard = received(burst(), Uart(9600, 7, "O"))
    assert heard.data == GROUP
    assert dict(heard.errors) == dict.fromkeys(range(len(GROUP)), CharacterDefect.PARITY)


def test_a_wrong_parity_bit_is_right_for_odd_parity_wherever_the_receiver_woke() -> None:
    for first in (0, 4, 8):
        heard = received(burst(c8=CharacterDefect.PARITY), Uart(9600, 7, "O"), 1.0 + first * CHARACTER_S)
        assert heard.data == GROUP[first:]
        assert set(heard.errors) == {*range(len(GROUP) - first)} - {8 - first}


@pytest.mark.parametrize(("parity", "level"), [("M", 1), ("S", 0)])
def test_a_fixed_parity_bit_complains_of_every_character_that_has_the_other(
    parity: Literal["M", "S"], level: int
) -> None:
    heard = received(burst(), Uart(9600, 7, parity))
    assert set(heard.errors) == {index for index, code in enumerate(GROUP) if code.bit_count() % 2 != level}


def test_a_stream_of_bytes_marks_what_the_uart_complained_of() -> None:
    assert received(burst(), SEVEN_E_1).handed_over == GROUP
    marked = received(burst(c4=CharacterDefect.PARITY), SEVEN_E_1).handed_over
    assert marked == GROUP[:4] + bytes((GROUP[4] | 0x80,)) + GROUP[5:]
    wrong = burst(**{f"c{index}": CharacterDefect.PARITY for index in range(len(GROUP))})
    assert handed_over(wrong, SEVEN_E_1) == bytes(code | 0x80 for code in GROUP)


def test_1200_baud_on_a_9600_baud_line_hears_garbage() -> None:
    heard = received(burst(GROUP * 20), Uart(1200))
    assert CharacterDefect.FRAMING in heard.errors.values()
    assert len(heard) < len(GROUP) * 20 / 7
    assert b"SINSTS" not in heard.data
    assert handed_over(burst(GROUP * 20), Uart(1200)) == heard.handed_over


def test_a_1200_baud_receiver_samples_every_eighth_bit_of_a_9600_baud_line() -> None:
    # NUL is low for nine bits of ten; samples fall into bits 4, 12, 20 ... 76, none of them a stop bit
    heard = received(Burst(0.0, CHARACTER_S, bytes(8)), Uart(1200))
    assert [(character.code, character.error) for character in heard] == [(0x00, CharacterDefect.FRAMING)]
    assert heard.end_of(0) == pytest.approx(9.5 / 1200)


def test_parity_defect_is_told_and_hurts_nobody_else() -> None:
    heard = received(burst(c4=CharacterDefect.PARITY), SEVEN_E_1)
    assert (heard.data, dict(heard.errors)) == (GROUP, {4: CharacterDefect.PARITY})
    assert received(burst(c4=CharacterDefect.PARITY), Uart(9600, 8, "N")).data[4] == with_parity(GROUP)[4] ^ 0x80


def test_framing_defect_takes_its_neighbour_with_it() -> None:
    heard = received(burst(c4=CharacterDefect.FRAMING), SEVEN_E_1)
    assert heard.errors[4] is CharacterDefect.FRAMING
    assert heard.data[:5] == GROUP[:5]  # the character itself still has its data
    assert heard.data[5:] != GROUP[5:]  # the next start edge is hidden by the low stop bit
    assert heard.data.endswith(GROUP[-4:])


def test_framing_defect_of_the_last_character_is_told() -> None:
    heard = received(burst(b"AB", c1=CharacterDefect.FRAMING), SEVEN_E_1)
    assert (heard.data, dict(heard.errors)) == (b"AB", {1: CharacterDefect.FRAMING})


@pytest.mark.parametrize("offset_bits", [0.3, 4.5, 9.2])
def test_a_wake_in_the_middle_of_a_burst_resynchronises(offset_bits: float) -> None:
    data = GROUP * 20
    awake_s = 1.0 + 40 * CHARACTER_S + offset_bits / 9600
    heard = received(burst(data), SEVEN_E_1, awake_s)
    assert heard.data.endswith(data[-len(GROUP) * 10 :])
    assert len(heard) <= len(data) - 40
    assert heard.end_of(0) > awake_s
    assert heard.end_of(len(heard) - 1) == pytest.approx(burst(data).end_of(len(data) - 1) - 0.5 / 9600)


def test_a_wake_right_at_a_start_edge_hears_that_character() -> None:
    for index in range(len(GROUP)):
        assert received(burst(), SEVEN_E_1, 1.0 + index * CHARACTER_S).data == GROUP[index:]
        assert handed_over(burst(), SEVEN_E_1, 1.0 + index * CHARACTER_S) == GROUP[index:]


@pytest.mark.parametrize("uart", [
    SEVEN_E_1, Uart(9600, 7, "O"), Uart(9600, 8, "N"), Uart(9600, 7, "N"), Uart(9600, 6, "N"), Uart(9400), Uart(4800),
    Uart(19_200),
])  # fmt: skip
def test_a_wake_anywhere_among_characters_is_handed_over_as_it_is_received_bit_by_bit(uart: Uart) -> None:
    sent = Burst(0.001, CHARACTER_S, GROUP)
    for half_bits in range(20 * len(GROUP)):
        awake_s = sent.start_s + half_bits / 2 / 9600
        judge = _receive(sent, uart, awake_s, copy_runs=False)
        assert handed_over(sent, uart, awake_s) == judge.handed_over


def test_a_wake_before_a_burst_hears_all_of_it_and_of_its_defects() -> None:
    spoilt = burst(c0=CharacterDefect.PARITY)
    heard = received(spoilt, SEVEN_E_1, 0.5)
    assert (heard.data, dict(heard.errors)) == (GROUP, {0: CharacterDefect.PARITY})


def test_a_burst_ends_with_its_last_stop_bit() -> None:
    assert burst().end_s == burst().end_of(len(GROUP) - 1) == pytest.approx(1.0 + len(GROUP) * CHARACTER_S)


@pytest.mark.parametrize("defect", CharacterDefect)
def test_a_defect_behind_the_last_character_hurts_nobody(defect: CharacterDefect) -> None:
    heard = received(burst(b"AB", c2=defect), SEVEN_E_1)
    assert (heard.data, dict(heard.errors)) == (b"AB", {})


def test_a_receiver_shows_what_one_sets_of_it() -> None:
    assert repr(SEVEN_E_1) == "Uart(baud=9600, data_bits=7, parity='E', stop_bits=1)"


def test_a_wake_in_a_low_bit_waits_for_an_edge() -> None:
    # "A" is 0x41: low from bit 2 to 6, high in bit 7, and its even parity in bit 8 is low: there the edge is
    heard = received(burst(b"A"), SEVEN_E_1, 1.0 + 3 / 9600)
    assert [character.end_s for character in heard] == [pytest.approx(1.0 + (8 + 9.5) / 9600)]


def test_a_receiver_that_wakes_after_the_burst_hears_nothing() -> None:
    assert len(received(burst(), SEVEN_E_1, 2.0)) == 0
    assert len(received(burst(b""), SEVEN_E_1)) == 0


@pytest.mark.parametrize("error", [-0.04, -0.02, 0.02, 0.04])
def test_a_baud_error_of_2_percent_is_harmless(error: float) -> None:
    heard = received(burst(), Uart(9600 * (1 + error)))
    assert (heard.data, dict(heard.errors)) == (GROUP, {})


@pytest.mark.parametrize("error", [-0.08, 0.08])
def test_a_baud_error_of_8_percent_is_not(error: float) -> None:
    heard = received(burst(), Uart(9600 * (1 + error)))
    assert heard.errors


def test_the_levels_of_a_burst_are_its_bits_with_their_defects() -> None:
    sound, parity, framing = (
        "".join(map(str, levels(burst(b"AA", **defects))))
        for defects in ({}, {"c1": CharacterDefect.PARITY}, {"c1": CharacterDefect.FRAMING})
    )
    assert sound == "0100000101" * 2  # start, 0x41 from its last bit on, even parity, stop
    assert parity == "0100000101" + "0100000111"
    assert framing == "0100000101" + "0100000100"


@pytest.mark.parametrize("settings", [
    (0,), (-1,), (-0.5,), (float("nan"),), (9600, 4), (9600, 9), (9600, 7, "X"), (9600, 7, "E", 0), (9600, 7, "E", 3),
])  # fmt: skip
def test_settings_that_no_uart_has_are_refused(settings: tuple[Any, ...]) -> None:
    with pytest.raises(InputError, match=r"^UART .*: expected a baud rate over 0, 5 to 8 data bits, parity E"):
        Uart(*settings)


def test_settings_at_the_limits_are_those_of_a_uart() -> None:
    assert Uart(0.5).baud == 0.5
    assert [Uart(1, bits, "N").bits for bits in (5, 6, 7, 8)] == [7, 8, 9, 10]
    assert {Uart(1, 7, parity, stops).bits for parity in ("E", "O", "M", "S") for stops in (1, 2)} == {10}


ALL_CODES = bytes(range(256))


@pytest.mark.parametrize("parity", ["E", "O", "N", "M", "S"])
@pytest.mark.parametrize("data_bits", [7, 8])
@pytest.mark.parametrize("defect", [None, *CharacterDefect])
def test_a_line_of_seven_bits_does_not_carry_the_eighth(
    parity: Literal["E", "O", "N", "M", "S"], data_bits: int, defect: CharacterDefect | None
) -> None:
    defects = {} if defect is None else dict.fromkeys(range(0, 256, 3), defect)
    eight, seven = (
        Burst(1.0, CHARACTER_S, data, defects) for data in (ALL_CODES, bytes(code & 0x7F for code in ALL_CODES))
    )
    assert levels(eight) == levels(seven)
    uart = Uart(9600, data_bits, parity)
    if not defects and not received(seven, uart).errors and received(seven, uart).data == seven.data:
        return  # handed over as it is: a burst has seven bits
    heard, expected = received(eight, uart), received(seven, uart)
    assert heard.data == expected.data
    assert dict(heard.errors) == dict(expected.errors)
    assert dict(heard.errors) == dict(_receive(eight, uart, None, copy_runs=False).errors)


@given(
    data=st.binary(max_size=40).map(lambda data: bytes(code & 0x7F for code in data)),
    defects=st.dictionaries(st.integers(0, 39), st.sampled_from(CharacterDefect), max_size=6),
    ratio=st.one_of(st.just(1.0), st.floats(0.9, 1.1), st.sampled_from([0.125, 8.0, 0.956, 1.044])),
    data_bits=st.sampled_from([5, 6, 7, 8]),
    parity=st.sampled_from(["E", "O", "N", "M", "S"]),
    awake_bits=st.one_of(st.none(), st.floats(-5, 420), st.integers(-5, 420)),
)
def test_copied_runs_equal_bit_true_reception(
    *,
    data: bytes,
    defects: dict[int, CharacterDefect],
    ratio: float,
    data_bits: int,
    parity: Literal["E", "O", "N", "M", "S"],
    awake_bits: float | None,
) -> None:
    sent = Burst(1.0, CHARACTER_S, data, defects)
    uart = Uart(9600 / ratio, data_bits, parity)
    awake_s = None if awake_bits is None else 1.0 + awake_bits / 9600
    fast, judge = received(sent, uart, awake_s), _receive(sent, uart, awake_s, copy_runs=False)
    assert handed_over(sent, uart, awake_s) == judge.handed_over
    assert fast.data == judge.data
    assert dict(fast.errors) == dict(judge.errors)
    assert [character.end_s for character in fast] == pytest.approx([character.end_s for character in judge])


@pytest.mark.parametrize("character_s", [0.0, -CHARACTER_S, float("nan")])
def test_characters_that_last_no_time_are_refused(character_s: float) -> None:
    with pytest.raises(InputError, match=r"^Burst: character_s = .*: a character lasts longer than 0 seconds$"):
        Burst(0.0, character_s, b"x")


def plainly_received(line: bytes, ratio: float, bits: int) -> list[tuple[int, ...]]:
    """The samples of each character that a receiver takes, on a line that is idle before and after."""
    found, position = [], 0.0
    while (edge := next((k for k in range(math.ceil(position), len(line)) if not line[k] and (not k or line[k - 1])),
                        None)) is not None:  # fmt: skip
        places = [int(edge + (k + 0.5) * ratio) for k in range(bits)]
        samples = tuple(line[place] if place < len(line) else 1 for place in places)
        if samples[0]:
            position = edge + 0.5 * ratio
            continue
        found.append(samples)
        position = edge + (bits - 0.5) * ratio
    return found


@given(
    data=st.binary(min_size=1, max_size=30).map(lambda data: bytes(code & 0x7F for code in data)),
    baud=st.sampled_from([110, 1250, 2300, 4700, 9600, 9000, 19_200, 38_400]),  # no sample right between two bits
)
def test_another_rate_samples_the_line_where_its_own_bits_would_be(data: bytes, baud: int) -> None:
    sent = Burst(1.0, CHARACTER_S, data)
    samples = plainly_received(levels(sent), 9600 / baud, 10)
    heard = received(sent, Uart(baud, 8, "N"))
    assert list(heard.data) == [sum(level << bit for bit, level in enumerate(one[1:9])) for one in samples]
    assert set(heard.errors) == {index for index, one in enumerate(samples) if not one[-1]}


@pytest.mark.parametrize("baud", [9600, 4700, 19_200])
def test_after_a_break_of_any_length_a_receiver_goes_on_at_the_next_falling_edge(baud: int) -> None:
    for low in range(1, 20):
        sent = Burst(1.0, CHARACTER_S, bytes(low) + b"AB\0C", dict.fromkeys(range(low), CharacterDefect.FRAMING))
        samples = plainly_received(levels(sent), 9600 / baud, 10)
        heard = received(sent, Uart(baud, 8, "N"))
        assert list(heard.data) == [sum(level << bit for bit, level in enumerate(one[1:9])) for one in samples]
        assert set(heard.errors) == {index for index, one in enumerate(samples) if not one[-1]}
