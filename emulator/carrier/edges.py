# SPDX-License-Identifier: Apache-2.0
"""Where the line changes, in samples, and the envelope drawn from that: the general way, for any bursts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xky.protocol import Burst
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import levels

from .waveform import Samples, Waveform

__all__ = ["ROUNDING_SAMPLES", "PlacedBurst", "envelope", "samples_of"]

ROUNDING_SAMPLES = 1e-6  # a change that falls on a sample, but for the last digits, begins with it


@dataclass(frozen=True, slots=True)
class PlacedBurst:
    """A burst among samples: it starts on one, so that equal characters give equal samples.

    Attributes:
        burst: what is sent.
        start: of the first start bit.
        character: length of a character, not rounded.
    """

    burst: Burst
    start: int
    character: float

    @property
    def end(self) -> float:
        """Of the last stop bit."""
        return self.start + len(self.burst.data) * self.character


def envelope(placed: Sequence[PlacedBurst], waveform: Waveform, first: int, count: int) -> Samples:
    """The envelope, in volts, of ``count`` samples from ``first``."""
    positions, carried = _changes(placed, first)
    after = np.where(carried, waveform.amplitude_v, waveform.residual_v).astype(np.float32)
    starts = np.clip(np.ceil(positions - ROUNDING_SAMPLES), 0, count).astype(np.int64)
    lengths = np.diff(starts, append=count)
    # what the line rests at before the first change, then level by level
    idle = np.full(starts[0] if len(starts) else count, waveform.residual_v, np.float32)
    if not len(starts) or not waveform.edge_s:
        return np.concatenate([idle, np.repeat(after, lengths)])
    before = np.roll(after, 1)
    before[0] = waveform.residual_v
    since = np.arange(starts[0], count) - np.repeat(positions, lengths)
    passed = np.clip(since / (waveform.edge_s * waveform.rate_hz), 0, 1).astype(np.float32)
    ramps = np.repeat(before, lengths) + np.repeat(after - before, lengths) * passed
    return np.concatenate([idle, ramps])


def _changes(placed: Sequence[PlacedBurst], first: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Positions after ``first`` at which the line changes, and whether there is carrier from there on."""
    positions: list[NDArray[np.float64]] = [np.zeros(0)]
    carried: list[NDArray[np.bool_]] = [np.zeros(0, np.bool_)]
    for index, one in enumerate(placed):
        bits = np.frombuffer(levels(one.burst), np.uint8) == 0
        ends_low = bool(bits.size) and bits[-1]
        nearby = index + 1 < len(placed) and placed[index + 1].start - one.end < 1
        if ends_low and not nearby:  # back to rest, which a sound stop bit has done already
            bits = np.append(bits, np.False_)
        steps = np.arange(len(bits), dtype=np.float64) * (one.character / CHARACTER_BITS)
        positions.append(steps + (one.start - first))
        carried.append(bits)
    place, carrier = np.concatenate(positions), np.concatenate(carried)
    changed = np.diff(carrier, prepend=np.False_)
    return place[changed], carrier[changed]


def samples_of(time_s: float, rate_hz: int) -> int:
    """The sample nearest to a time."""
    return math.floor(time_s * rate_hz + 0.5)
