# SPDX-License-Identifier: Apache-2.0
"""What comes back on a line: known again whole or in pieces, however late; what a board says is never taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator import Linky
from xky.emulator.echo import Echo
from xky.protocol import Mode, encode_frame
from xky.protocol.model import Frame

LINE = b"".join(
    encode_frame(Frame(Mode.STANDARD, tuple(Linky(mode=Mode.STANDARD, seed=seed).groups()))) for seed in range(20)
)
BOOT = b"ets Jul 29 2019 12:21:46 rst:0x1 (POWERON)\r\n"


@pytest.fixture
def echo() -> Echo:
    made = Echo()
    for begin in range(0, len(LINE), 100):
        made.send(LINE[begin : begin + 100])
    return made


@given(begin=st.integers(0, len(LINE) - 1), size=st.integers(0, len(LINE)))
def test_what_was_sent_is_an_echo(begin: int, size: int) -> None:
    made = Echo()
    made.send(LINE)
    assert made.left_of(LINE[begin : begin + size]) == b""


@given(st.lists(st.integers(0, len(LINE) - 1), min_size=2, max_size=8, unique=True).map(sorted))
def test_so_is_what_lost_characters_on_its_way(places: list[int]) -> None:
    pieces = [LINE[begin:end] for begin, end in zip(places[::2], places[1::2], strict=False) if end - begin >= 8]
    made = Echo()
    made.send(LINE)
    assert len(made.left_of(b"".join(pieces))) <= 7 * len(pieces)  # where one ends as another piece goes on


@pytest.mark.parametrize("said", [BOOT, b'{"EAST": "001234567", "SINSTS": "00510"}\r\n'])
@pytest.mark.parametrize("beside", [b"", LINE[:200]])
def test_a_board_that_speaks_is_heard_beside_an_echo(said: bytes, beside: bytes, echo: Echo) -> None:
    assert len(echo.left_of(beside + said)) > len(said) / 2
    assert len(echo.left_of(said + beside)) > len(said) / 2


def test_nothing_was_sent_before_anything_is_said(echo: Echo) -> None:
    assert Echo().left_of(BOOT) == BOOT
    assert echo.sent.endswith(LINE[-100:])
