# SPDX-License-Identifier: Apache-2.0
"""What has arrived at a reader's end of the line by now."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator.line.sampler import Sampler, uart_of
from xky.emulator.outputs.paced import Feed, Pace
from xky.emulator.outputs.port import Overruns
from xky.protocol import Burst, InputError
from xky.protocol.uart import Uart, received

CHARACTER_S = 10 / 9600
DATA = b"\nSINSTS\t00548\tN\r" * 20


@given(instants=st.lists(st.floats(-0.1, 0.6), max_size=30))
def test_every_character_comes_once_in_order_and_never_before_it_has_ended(instants: list[float]) -> None:
    sampler, heard = Sampler(), b""
    sampler.hear(Burst(0.0, CHARACTER_S, DATA))
    for now_s in sorted(instants):
        heard += sampler.take(now_s)
        assert len(heard) == min(max(int(now_s / CHARACTER_S + 1e-6), 0), len(DATA))
    assert heard + sampler.take(math.inf) == DATA


def test_it_tells_when_so_many_characters_are_there() -> None:
    sampler = Sampler()
    assert sampler.due_s(1) is None
    sampler.hear(Burst(1.0, CHARACTER_S, DATA))
    assert sampler.due_s(8) == pytest.approx(1.0 + 8 * CHARACTER_S)
    assert len(sampler.take(1.0 + 8 * CHARACTER_S)) == 8
    assert sampler.due_s(8) == pytest.approx(1.0 + 16 * CHARACTER_S)
    assert sampler.due_s(10_000) == pytest.approx(1.0 + len(DATA) * CHARACTER_S)


@pytest.mark.parametrize("uart", [Uart(9600), Uart(9600, 8, "N"), Uart(1200), Uart(19200, 7, "O")], ids=str)
def test_a_reader_gets_what_its_uart_samples(uart: Uart) -> None:
    burst = Burst(0.0, CHARACTER_S, DATA)
    sampler = Sampler(uart)
    sampler.hear(burst)
    assert sampler.take(math.inf) == received(burst, uart).data


@given(changes_s=st.floats(0.0, 0.35), baud=st.sampled_from([1200, 9600]), bits=st.sampled_from([(7, "E"), (8, "N")]))
def test_other_settings_count_from_now_on(changes_s: float, baud: int, bits: tuple[int, str]) -> None:
    burst = Burst(0.0, CHARACTER_S, DATA)
    sampler, uart = Sampler(), uart_of(baud, *bits, 1)
    sampler.hear(burst)
    sampler.change(uart, changes_s)
    there = min(int(changes_s / CHARACTER_S + 1e-6), len(DATA))
    heard = sampler.take(math.inf)
    assert heard[:there] == DATA[:there]
    assert heard[there:] == received(burst, uart, changes_s).data


@pytest.mark.parametrize("settings", [(0, 7, "E", 1), (9600, 9, "E", 1), (9600, 7, "X", 1), (9600, 7, "E", 3)])
def test_settings_that_no_uart_has_are_refused(settings: tuple[int, int, str, int]) -> None:
    with pytest.raises(InputError, match="UART"):
        uart_of(*settings)


def test_overruns_are_counted_one_a_character_and_kept_in_bounded_room() -> None:
    overruns = Overruns()
    for n in range(30_000):
        overruns.add(n * 0.01, 8)
    overruns.add(1e6, 0)
    assert len(overruns) == 240_000
    assert overruns[0] == overruns[7] == 0.0
    assert overruns[8] == 0.01
    assert overruns[-1] == pytest.approx(300.0, abs=1.0)
    assert list(overruns[6:10]) == [0.0, 0.0, 0.01, 0.01]
    assert len(overruns._times) < 10_300
    with pytest.raises(IndexError):
        overruns[240_000]


class Behind:
    """A runner whose clock is behind the present by half a second, and goes no further by itself."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env

    def now_s(self) -> float:
        return float(self.env.now) + 0.5

    def call_at(self, at_s: float, act: Callable[[], None]) -> None:
        self.env.timeout(max(at_s - self.env.now, 0.0)).callbacks.append(lambda _: act())  # type: ignore[union-attr]


def test_who_comes_late_writes_more_at_once_but_no_flood() -> None:
    env, pieces = simpy.Environment(), []
    behind: Any = Behind(env)
    feed = Feed(Pace(env, 1.0, behind), pieces.append)
    feed.hear(Burst(0.0, CHARACTER_S, DATA))
    env.run()
    assert b"".join(pieces) == DATA
    assert {len(piece) for piece in pieces[:-1]} == {64}
    on_time = Feed(Pace(env, 1.0, None), pieces.append)
    pieces.clear()
    on_time.hear(Burst(env.now, CHARACTER_S, DATA))
    env.run()
    assert {len(piece) for piece in pieces} == {8}
