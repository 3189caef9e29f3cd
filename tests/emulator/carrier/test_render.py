# SPDX-License-Identifier: Apache-2.0
"""Samples of a carrier: what an instrument would measure of them, and that the quick way draws the same."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator.carrier import Samples, Waveform, add_noise, render, whole_periods
from xky.protocol import Burst, InputError, Mode
from xky.protocol.uart import CharacterDefect

from .signals import GROUP, burst

PLAIN = Waveform(rate_hz=1_000_000, amplitude_v=2.0, edge_s=0.0)


def bit(samples: Samples, number: int, mode: Mode = Mode.STANDARD, rate_hz: int = 1_000_000) -> Samples:
    """The samples of a bit, counted from the first character, which begins a character after the first sample."""
    first, length = math.ceil(10 * rate_hz / mode.baud), rate_hz / mode.baud
    return samples[math.ceil(first + number * length) : math.ceil(first + (number + 1) * length)]


@pytest.mark.parametrize("mode", Mode)
def test_a_0_is_carrier_and_a_1_is_none(mode: Mode) -> None:
    samples = render([burst(b"A", mode, 1.0)], PLAIN)  # start 0, then 1 0 0 0 0 0 1, parity 0, stop 1
    carried = [abs(bit(samples, number, mode)).max() > 1.9 for number in range(10)]
    assert carried == [True, False, True, True, True, True, True, False, True, False]
    assert all(not bit(samples, number, mode).any() for number in (-5, 1, 7, 9, 12))


@pytest.mark.parametrize("error", [-0.03, 0.0, 0.03, 0.0123])
def test_the_carrier_has_its_frequency_and_amplitude(error: float) -> None:
    waveform = Waveform(rate_hz=1_000_000, carrier_error=error, amplitude_v=1.7, residual_v=1.7, edge_s=0.0)
    samples = render([], waveform, start_s=3.0, end_s=3.2)  # carrier all the time
    spectrum = abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert np.argmax(spectrum) / 0.2 == pytest.approx(50_000 * (1 + error), abs=5)
    assert abs(samples).max() == pytest.approx(1.7, rel=0.01)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(1.7 / np.sqrt(2), rel=1e-3)


def test_the_carrier_runs_on_between_bits() -> None:
    always = render([], Waveform(rate_hz=1_000_000, amplitude_v=2.0, residual_v=2.0), start_s=1.0, end_s=1.1)
    gated = render([burst(GROUP, start_s=1.01)], PLAIN, start_s=1.0, end_s=1.1)
    sent = gated != 0
    assert 3000 < sent.sum() < 16_000
    assert np.array_equal(gated[sent], always[sent])


def test_an_edge_is_a_ramp_that_begins_with_its_bit() -> None:
    one = [burst(b"A", start_s=1.0)]
    steep, slow = (render(one, Waveform(rate_hz=1_000_000, edge_s=edge_s)) for edge_s in (0.0, 40e-6))
    passed = np.minimum(np.arange(len(bit(steep, 0))) / 40, 1)
    assert bit(slow, 0) == pytest.approx(bit(steep, 0) * passed, abs=0.01)


def test_the_residual_carrier_is_what_is_left_in_a_1() -> None:
    samples = render([burst(b"A")], Waveform(rate_hz=1_000_000, residual_v=0.3))
    assert abs(bit(samples, 9)[20:]).max() == pytest.approx(0.3, rel=0.02)
    assert abs(samples[:800]).max() == pytest.approx(0.3, rel=0.02)


def test_a_fast_meter_sends_everything_sooner() -> None:
    frames = [burst(start_s=1.0), burst(start_s=1.5)]
    nominal = render(frames, PLAIN, start_s=0.0, end_s=2.0)
    fast = render(frames, Waveform(rate_hz=1_000_000, amplitude_v=2.0, edge_s=0.0, baud_error=0.01), start_s=0, end_s=2)
    assert len(fast) == round(len(nominal) / 1.01)
    first = [np.flatnonzero(samples)[0] for samples in (nominal, fast)]
    last = [np.flatnonzero(samples)[-1] for samples in (nominal, fast)]
    assert first[1] / first[0] == pytest.approx(1 / 1.01, abs=1e-5)
    assert last[1] / last[0] == pytest.approx(1 / 1.01, abs=1e-5)


@pytest.mark.by_day(2)
@pytest.mark.parametrize("rate_hz", [1_000_000, 960_000, 240_000])
@pytest.mark.parametrize("mode", Mode)
@given(
    data=st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=3),
    gaps_s=st.lists(st.floats(0, 0.01), min_size=3, max_size=3),
    values=st.fixed_dictionaries({
        "carrier_error": st.sampled_from([0.0, 0.03, 0.012345]),
        "residual_v": st.sampled_from([0.0, 0.2]),
        "edge_s": st.sampled_from([0.0, 10e-6, 104e-6]),
    }),
)  # fmt: skip
def test_characters_from_the_table_are_those_that_are_drawn(
    data: list[bytes], gaps_s: list[float], values: dict[str, Any], mode: Mode, rate_hz: int
) -> None:
    bursts, at_s = [], 0.02
    for one, gap_s in zip(data, gaps_s, strict=False):
        bursts.append(Burst(at_s, mode.character_s, one))
        at_s = bursts[-1].end_s + gap_s
    waveform = Waveform(rate_hz=rate_hz, **values)
    quick, drawn = render(bursts, waveform), render(bursts, waveform, by_table=False)
    if all(after.start_s - before.end_s > 1 / rate_hz for before, after in pairwise(bursts)):
        assert len(quick) == len(drawn)
        assert abs(quick - drawn).max() < 1e-5
    else:  # where bursts touch, each begins on a sample of its own
        assert np.mean(abs(quick - drawn) > 1e-5) < 0.01


def test_pieces_join_to_what_is_rendered_at_once() -> None:
    frames = [burst(start_s=0.1), burst(start_s=0.2)]
    waveform = Waveform(carrier_error=0.01)
    whole = render(frames, waveform, start_s=0.0, end_s=0.3)
    pieces = [
        render([frames[0]], waveform, start_s=0.0, end_s=0.15),
        render([frames[1]], waveform, start_s=0.15, end_s=0.3),
    ]
    assert abs(np.concatenate(pieces) - whole).max() < 1e-5


def test_a_low_stop_bit_is_carrier() -> None:
    damaged = Burst(1.0, Mode.STANDARD.character_s, b"AB", {1: CharacterDefect.FRAMING})
    samples = render([damaged], PLAIN)
    assert abs(bit(samples, 19)).max() > 1.9
    assert not bit(samples, 20).any()


def test_noise_has_its_power_and_its_seed() -> None:
    waveform = Waveform(amplitude_v=2.0, noise_db=20)
    samples = [np.zeros(200_000, np.float32) for _ in range(3)]
    for one, seed in zip(samples, (1, 1, 2), strict=True):
        add_noise(one, waveform, np.random.default_rng(seed))
    assert np.sqrt(np.mean(samples[0] ** 2)) == pytest.approx(2 / np.sqrt(2) / 10, rel=0.01)
    assert np.array_equal(samples[0], samples[1])
    assert not np.array_equal(samples[0], samples[2])


@pytest.mark.parametrize(
    ("values", "count", "expected"),
    [
        ({"rate_hz": 960_000}, 1000, 1056),  # 96 samples are 5 periods
        ({"rate_hz": 1_000_000}, 1001, 1020),
        ({"rate_hz": 1_000_000, "carrier_error": 0.03}, 1001, 1002),  # 2000 samples, 2 ms: too long
        ({"rate_hz": 1_000_000, "carrier_error": 0.0123457}, 1001, 1002),
    ],
)
def test_a_record_to_be_repeated_ends_with_a_period(values: dict[str, Any], count: int, expected: int) -> None:
    assert whole_periods(count, Waveform(**values)) == expected


def test_bursts_that_overlap_are_refused() -> None:
    with pytest.raises(InputError, match="begins before that at 1 s has ended"):
        render([burst(start_s=1.0), burst(start_s=1.001)], PLAIN)


def test_an_edge_longer_than_a_bit_is_refused() -> None:
    with pytest.raises(InputError, match=r"edge_s 0\.0002: expected 0\.0001042 s at most, the length of a bit"):
        render([burst()], Waveform(edge_s=200e-6))
    render([burst(mode=Mode.HISTORIC)], Waveform(edge_s=200e-6))


def test_nothing_to_draw_needs_times() -> None:
    with pytest.raises(InputError, match="from when to when"):
        render([], PLAIN)
