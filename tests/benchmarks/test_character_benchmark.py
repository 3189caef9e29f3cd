# SPDX-License-Identifier: Apache-2.0
"""Character level: a meter, its line, a UART that samples each burst, a decoder; times real time."""

import time
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
import simpy
from pytest_benchmark.fixture import BenchmarkFixture

from xky.emulator import Household, Line, Linky, Transmitter, Truth
from xky.protocol import Burst, Damaged, Decoder, Frame, Mode
from xky.protocol.uart import CharacterDefect, Uart, received

DURATION_S = 3600.0
ROUNDS = 5
SPOILT = 0x80  # bit 7 of a character that the UART complained of: no group takes it

Disturb = Callable[[Burst, Random], tuple[Burst, float | None]]


def clean(burst: Burst, _: Random) -> tuple[Burst, float | None]:
    """As it was sent, heard from its start."""
    return burst, None


def wake(burst: Burst, rng: Random) -> tuple[Burst, float | None]:
    """The receiver wakes in the first half of each frame."""
    return burst, rng.uniform(burst.start_s, (burst.start_s + burst.end_s) / 2)


def damaged_bit(burst: Burst, rng: Random) -> tuple[Burst, float | None]:
    """A parity bit or a stop bit of each frame is the wrong way round, STX and ETX spared."""
    return replace(burst, defects={rng.randrange(1, len(burst.data) - 2): rng.choice([*CharacterDefect])}), None


class Listener:
    """Hears each burst when it is over, and counts what its decoder tells."""

    def __init__(self, env: simpy.Environment, line: Line, mode: Mode, disturb: Disturb) -> None:
        self._env = env
        self._uart = Uart(mode.baud)
        self._decoder = Decoder(mode)
        self._disturb = disturb
        self._rng = Random(2)
        self.frames = self.refused = self.good = 0
        line.connect(self._hear)

    def _hear(self, burst: Burst) -> None:
        end = self._env.timeout(burst.end_s - self._env.now)
        assert end.callbacks is not None
        end.callbacks.append(lambda _: self._take(burst))

    def _take(self, burst: Burst) -> None:
        reception = received(*self._disturbed(burst))
        data = bytearray(reception.data)
        for index in reception.errors:
            data[index] |= SPOILT
        for event in self._decoder.feed(bytes(data)):
            if isinstance(event, Frame):
                self.frames += event.complete
                self.good += len(event.values)
            else:
                self.refused += isinstance(event, Damaged)

    def _disturbed(self, burst: Burst) -> tuple[Burst, Uart, float | None]:
        disturbed, awake_s = self._disturb(burst, self._rng)
        return disturbed, self._uart, awake_s


def listen(mode: Mode, disturb: Disturb) -> tuple[Listener, int, int, float]:
    """What was heard, frames and groups sent, and how long it took in seconds."""
    env, line, truth = simpy.Environment(), Line(), Truth()
    meter = Linky(mode=mode, at="2026-01-15T00:00", load=Household(seed=1), seed=1)
    meter.run_by(lambda: float(env.now))
    env.process(Transmitter(env, meter, line, truth, seed=1).run())
    listener = Listener(env, line, mode, disturb)
    began_s = time.process_time()
    env.run(until=DURATION_S)
    took_s = time.process_time() - began_s
    over = [frame for frame in truth if frame.end_s <= DURATION_S]
    return listener, len(over), len(over) * len(meter.groups()), took_s


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("disturb", "title", "goal"),
    [
        (clean, "a clean line", 15_000),
        (wake, "a wake in every frame", 5_000),
        (damaged_bit, "a damaged bit in every frame", 5_000),
    ],
)
def test_character_level(
    mode: Mode, disturb: Disturb, title: str, goal: float, benchmark: BenchmarkFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    rates: list[float] = []

    def run() -> None:
        listener, frames, groups, took_s = listen(mode, disturb)
        rates.append(DURATION_S / took_s)
        if disturb is clean:
            assert (listener.frames, listener.good, listener.refused) == (frames, groups, 0)
        elif disturb is wake:
            assert groups * 0.7 < listener.good < groups * 0.8
        else:
            assert groups - 3 * frames < listener.good <= groups - frames // 2

    benchmark.pedantic(run, rounds=ROUNDS)
    rate = sorted(rates)[ROUNDS // 2]
    benchmark.extra_info["times real time"] = rate
    with capsys.disabled():
        print(f"\ncharacter level, {mode}, {title}: {rate:,.0f} x real time (goal {goal:,})")
    assert rate > goal / 2  # machines differ by a factor of two
