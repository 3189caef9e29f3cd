# SPDX-License-Identifier: Apache-2.0
"""What an envelope and a spectrum show of a carrier that was drawn so."""

import numpy as np
import pytest

from xky.emulator.carrier import Waveform, quadrature, render
from xky.hil.campaign.carrier_looks import clean_s, distorted, distortion_of
from xky.hil.campaign.carrier_record import DISTORTION, EVEN, RAMPS, READ, SIGNALS, SOUND, CarrierTrial
from xky.protocol import Burst, Mode

RATE_HZ = 960_000


def drawn(mode: Mode, **changes: float) -> np.ndarray:
    burst = Burst(0.0, mode.character_s, b"\x02\nEAST\t018021167\t&\r\x03")
    return render([burst], Waveform(rate_hz=RATE_HZ, **changes), start_s=0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", Mode)
def test_single_bits_are_held_as_long_as_their_edges_let_them(mode: Mode) -> None:
    read, bit_s = READ[mode], 1 / mode.baud
    middle_v, swing_v, edge_s = (read.zero_min_v + read.one_max_v) / 2, 0.9, 0.8 * bit_s
    samples = drawn(mode, amplitude_v=middle_v + swing_v / 2, residual_v=middle_v - swing_v / 2, edge_s=edge_s)
    held_s = bit_s - edge_s * (read.zero_min_v - read.one_max_v) / swing_v
    envelope_v, step_s = quadrature(samples, RATE_HZ)
    for level_v, over in ((read.zero_min_v, True), (read.one_max_v, False)):
        assert clean_s(envelope_v, step_s, level_v, bit_s, over=over) == pytest.approx(held_s, abs=3e-6)
    assert clean_s(envelope_v, step_s, 5.0, bit_s, over=True) == 0.0


@pytest.mark.parametrize("harmonic", [2, 3])
@pytest.mark.parametrize("share", [0.0, 0.25, 0.5])
def test_harmonics_are_found_as_they_were_added(harmonic: int, share: float) -> None:
    sound = drawn(Mode.STANDARD, amplitude_v=2.0)
    samples = distorted(sound, 50_000 / RATE_HZ, harmonic, share)
    envelope_v, step_s = quadrature(samples, RATE_HZ)
    found, floor = distortion_of(samples, 1 / RATE_HZ, 50_000.0, envelope_v, step_s)
    assert found == pytest.approx(share, abs=0.01)
    assert floor < 0.01
    plain_v, _ = quadrature(sound, RATE_HZ)
    assert float(np.percentile(envelope_v, 98)) == pytest.approx(float(np.percentile(plain_v, 98)), rel=0.1)


def trial(signal: str, **seen: float) -> CarrierTrial:
    return CarrierTrial(signal, 2.0, 0.1, 0.0, 0.02, 50e3, 5.0, 10.0, 10, ("EAST",), **seen)


def test_only_what_is_sure_is_beyond_or_within() -> None:
    read = READ[Mode.STANDARD]
    ramps, even = SIGNALS[RAMPS], SIGNALS[EVEN]
    for least_s, most_s, beyond, within in (
        (30e-6, 49e-6, True, False), (30e-6, 51e-6, False, False), (51e-6, 70e-6, False, True), (0.0, 0.0, False, False)
    ):  # fmt: skip
        one = trial(RAMPS, held_least_s=least_s, held_most_s=most_s)
        assert (ramps.beyond(one, read), ramps.within(one, read)) == (beyond, within)
    for aside, beyond, within in ((0.02, True, False), (0.01, False, False), (-0.02, False, True)):
        one = trial(EVEN, distortion=DISTORTION + aside, distortion_unsure=0.015)
        assert (even.beyond(one, read), even.within(one, read)) == (beyond, within)
    assert not even.beyond(trial(SOUND), read) and not even.within(trial(SOUND), read)
