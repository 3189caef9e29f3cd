# SPDX-License-Identifier: Apache-2.0
"""The carrier at 1 MS/s: a standard frame made, demodulated, and received in full, as times real time."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from xky.emulator import Linky
from xky.emulator.carrier import Waveform, add_noise, envelope_receiver, quadrature_receiver, render
from xky.protocol import Burst, Mode

RATE_HZ = 1_000_000
CARRIER = Waveform(rate_hz=RATE_HZ, noise_db=20)
DATA = Linky().frame_bytes()
FRAME = Burst(1.0123, Mode.STANDARD.character_s, DATA)
ROUNDS = 15
AT_A_TIME = 5


def noisy() -> np.ndarray:
    samples = render([FRAME], CARRIER)
    add_noise(samples, CARRIER, np.random.default_rng(1))
    return samples


SAMPLES = noisy()


@pytest.mark.parametrize(
    ("title", "run", "goal"),
    [
        ("carrier made", lambda: render([FRAME], CARRIER), 500),
        ("carrier demodulated", lambda: envelope_receiver(SAMPLES, RATE_HZ, Mode.STANDARD), 500),
        ("carrier received by I and Q", lambda: quadrature_receiver(SAMPLES, RATE_HZ, Mode.STANDARD), 20),
        ("carrier drawn bit by bit", lambda: render([FRAME], CARRIER, by_table=False), 20),
    ],
)
def test_carrier(
    title: str, run: Callable[[], object], goal: float, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    lasts_s = len(SAMPLES) / RATE_HZ
    run()  # tables are constants
    rates = []
    for _ in range(ROUNDS):
        began_s = time.process_time()
        for _ in range(AT_A_TIME):
            run()
        rates.append(AT_A_TIME * lasts_s / (time.process_time() - began_s))
    rate = median(rates)
    benchmark.group = "carrier at 1 MS/s"
    benchmark.extra_info["times real time"] = round(rate)
    benchmark.pedantic(run, rounds=3)
    with capsys.disabled():
        print(f"\n{title}, 1 MS/s: {rate:,.0f} x real time (goal {goal:g})")
    assert rate >= goal / 2  # machines differ by a factor of two


def test_what_is_measured_is_right() -> None:
    assert envelope_receiver(SAMPLES, RATE_HZ, Mode.STANDARD).data == DATA
    assert quadrature_receiver(SAMPLES, RATE_HZ, Mode.STANDARD).data == DATA
    assert abs(render([FRAME], CARRIER) - render([FRAME], CARRIER, by_table=False)).max() < 1e-5
