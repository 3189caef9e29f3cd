# SPDX-License-Identifier: Apache-2.0
"""Signals to test with."""

import numpy as np

from xky.emulator.carrier import Samples, Waveform, add_noise, render
from xky.protocol import Burst, Mode

GROUP = b"\nSINSTS\t00548\tN\r"


def burst(data: bytes = GROUP, mode: Mode = Mode.STANDARD, start_s: float = 1.0123) -> Burst:
    """A sound one."""
    return Burst(start_s, mode.character_s, data)


def noisy(bursts: list[Burst], waveform: Waveform, seed: int = 1) -> Samples:
    """Rendered, with the noise of the waveform."""
    samples = render(bursts, waveform)
    add_noise(samples, waveform, np.random.default_rng(seed))
    return samples
