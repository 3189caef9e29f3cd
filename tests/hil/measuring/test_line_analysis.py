# SPDX-License-Identifier: Apache-2.0
"""What a record shows of ripple, distortion, short bits and silence, drawn by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from xky.emulator import Linky
from xky.emulator.carrier import Waveform, render
from xky.hil.emulation.carrier_line import frames_of
from xky.hil.measuring.line_analysis import facts_of, quiet_of
from xky.protocol import BenchError, Mode

RATE_HZ = 1_000_000
LASTS_S = 0.3


@pytest.fixture(scope="module")
def line() -> NDArray[np.float32]:
    (frame,) = frames_of(Linky(mode=Mode.STANDARD), 1)
    begins_s = frame[0].start_s
    return render(frame, Waveform(rate_hz=RATE_HZ), start_s=begins_s, end_s=begins_s + LASTS_S)


def times(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.arange(len(samples)) / RATE_HZ


@pytest.mark.parametrize("share", [0.05, 0.15, 0.3])
def test_an_envelope_that_swings_has_that_ripple(line: NDArray[np.float32], share: float) -> None:
    swings = line * (1 - share / 2 + share / 2 * np.sin(2 * np.pi * 3000 * times(line)))
    ripple = facts_of(swings.astype(np.float32), 1 / RATE_HZ, Mode.STANDARD).ripple
    assert ripple.value == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("share", [0.0, 0.08, 0.2])
def test_a_third_harmonic_is_that_distortion(line: NDArray[np.float32], share: float) -> None:
    peak_v = 3.65
    bent = line + 4 * share * (line * 3 / 4 - line**3 / peak_v**2)  # 4 sin³ is 3 sin less sin of three times the angle
    distortion = facts_of(bent.astype(np.float32), 1 / RATE_HZ, Mode.STANDARD).distortion
    assert distortion.value == pytest.approx(share, abs=0.005 + 0.1 * share)


def test_noise_is_part_of_what_is_unsure(line: NDArray[np.float32]) -> None:
    noisy = line + np.random.default_rng(1).normal(0.0, 0.2, len(line))
    clean = facts_of(line, 1 / RATE_HZ, Mode.STANDARD)
    seen = facts_of(noisy.astype(np.float32), 1 / RATE_HZ, Mode.STANDARD)
    assert seen.zero_low_v.uncertainty > clean.zero_low_v.uncertainty
    assert abs(seen.zero_low_v.value - 3.65) < seen.zero_low_v.uncertainty + 0.2
    assert seen.distortion.value < 0.02
    assert seen.carrier_hz.value == pytest.approx(50_000.0, abs=3 * seen.carrier_hz.uncertainty)


def test_a_short_bit_is_seen(line: NDArray[np.float32]) -> None:
    sound = facts_of(line, 1 / RATE_HZ, Mode.STANDARD)
    assert sound.hold_zero_s.value == pytest.approx(104.2e-6, abs=3e-6)
    runs = np.flatnonzero(np.diff((np.abs(line) > 0.1).astype(int)))  # zero crossings too
    starts = runs[np.flatnonzero(np.diff(runs) > 80)]  # the end of a 0 behind which it is quiet for a bit
    cut = line.copy()
    for end in starts[20:24]:
        cut[end - 60 : end + 1] = 0.0  # most of the last bit is gone
    assert facts_of(cut, 1 / RATE_HZ, Mode.STANDARD).hold_zero_s.value < 70e-6


def test_no_line_is_a_fault_of_the_bench() -> None:
    with pytest.raises(
        BenchError, match=r"0 characters in a record of 0\.1 s; expected a line of the TIC in standard mode"
    ):
        facts_of(np.zeros(100_000, np.float32), 1 / RATE_HZ, Mode.STANDARD)


@pytest.mark.parametrize("residual_v", [0.0, 0.15, 0.35])
def test_what_is_left_in_a_1_is_seen_though_a_0_is_cut(line: NDArray[np.float32], residual_v: float) -> None:
    left = line + residual_v * (np.abs(line) < 1e-6) * np.sin(2 * np.pi * 50_000 * times(line))
    quiet = quiet_of(np.clip(left, -0.508, 0.508).astype(np.float32), 1 / RATE_HZ, 0.508, Mode.STANDARD)
    assert quiet is not None
    assert quiet.one_high_v.value == pytest.approx(residual_v, abs=0.01 + 0.05 * residual_v)


def test_a_line_that_is_never_quiet_shows_no_1() -> None:
    carrier = np.sin(2 * np.pi * 50_000 * np.arange(50_000) / RATE_HZ)
    assert quiet_of(np.clip(3 * carrier, -0.508, 0.508).astype(np.float32), 1 / RATE_HZ, 0.508, Mode.STANDARD) is None
