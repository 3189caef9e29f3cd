# SPDX-License-Identifier: Apache-2.0
"""Bursts to samples in volts.

The carrier runs freely from time 0 of the bench's clock and is only let through, so its phase at a bit is
whatever it has come to: whether a real meter's does so is not known. Times are kept to half a sample.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xky.protocol import Burst, InputError
from xky.protocol.mode import CHARACTER_BITS

from .character_table import character_table
from .edges import ROUNDING_SAMPLES, PlacedBurst, envelope, samples_of
from .waveform import Samples, Waveform

__all__ = ["add_noise", "render", "whole_periods"]

_LONGEST_PERIOD = 1 << 15  # samples after which the carrier must come round to be a table
_DRIFT = 1e-12  # cycles a sample that the rounding of its period may make: one in ten days at 1 MS/s
_BLOCK = 1 << 14  # samples that a processor's cache holds
_PAD_S = 1e-3  # the most that a record is made longer for its carrier to come round


def render(
    bursts: Sequence[Burst],
    waveform: Waveform,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    by_table: bool = True,
) -> Samples:
    """The line from ``start_s`` to ``end_s``, without noise: sample n of the clock stands at n / ``rate_hz``.

    Args:
        bursts: in order of time, not overlapping; the line is idle between them.
        waveform: how they are drawn.
        start_s: unless told, a character before the first burst.
        end_s: unless told, a character behind the last.
        by_table: take characters from a table where that gives the same; without, each is drawn.

    Raises:
        InputError: bursts overlap, an edge is longer than a bit, or there is nothing to tell the time by.
    """
    if not bursts and (start_s is None or end_s is None):
        raise InputError("carrier: no burst; say from when to when the line is idle")
    rate_hz, pace = waveform.rate_hz, 1 / (1 + waveform.baud_error)
    placed = [
        PlacedBurst(burst, samples_of(burst.start_s * pace, rate_hz), burst.character_s * pace * rate_hz)
        for burst in bursts
    ]  # fmt: skip
    _check(placed, waveform)
    first, last = (None if edge_s is None else samples_of(edge_s * pace, rate_hz) for edge_s in (start_s, end_s))
    if first is None:
        first = placed[0].start - math.ceil(placed[0].character)
    if last is None:
        last = math.ceil(placed[-1].end + placed[-1].character)
    count = max(0, last - first)
    samples = _by_table(placed, waveform, first, count) if by_table else None
    if samples is None:
        samples = envelope(placed, waveform, first, count)
    _carry(samples, waveform, first)
    return samples


def _check(placed: Sequence[PlacedBurst], waveform: Waveform) -> None:
    for one in placed:
        bit_s = one.character / CHARACTER_BITS / waveform.rate_hz
        if waveform.edge_s > bit_s + 1e-9:
            raise InputError(f"edge_s {waveform.edge_s:g}: expected {bit_s:.7f} s at most, the length of a bit")
    for before, after in pairwise(placed):
        if after.start < before.end - 1:
            raise InputError(
                f"carrier: the burst at {after.burst.start_s:g} s begins before that at {before.burst.start_s:g} s "
                "has ended; send one after the other"
            )


def _by_table(placed: Sequence[PlacedBurst], waveform: Waveform, first: int, count: int) -> Samples | None:
    """The envelope laid out of characters; None where one needs to be drawn."""
    pieces: list[Samples] = []
    at = first
    for one in placed:
        table = None if one.burst.defects else character_table(waveform, one.character)
        if table is None or one.start < first or math.ceil(one.end - ROUNDING_SAMPLES) > first + count:
            return None
        if one.start < at:  # rounded to begin with the last sample of the burst before
            pieces[-1] = pieces[-1][:-1]
        elif one.start > at:
            pieces.append(np.full(one.start - at, waveform.residual_v, np.float32))
        pieces += table.rows(one.burst.data)
        at = math.ceil(one.end - ROUNDING_SAMPLES)
    pieces.append(np.full(first + count - at, waveform.residual_v, np.float32))
    return np.concatenate(pieces)


def _carry(samples: Samples, waveform: Waveform, first: int) -> None:
    """Turn an envelope into its carrier, in place."""
    carrier = _carrier_table(waveform.carrier_hz, waveform.rate_hz)
    if carrier is None:
        for at in range(0, len(samples), _BLOCK):
            block = samples[at : at + _BLOCK]
            clock = np.arange(first + at, first + at + len(block), dtype=np.float64)
            block *= _sine(clock * (waveform.carrier_hz / waveform.rate_hz))
        return
    period = len(carrier)
    long = np.tile(carrier, 2 + _BLOCK // period)
    turned = long[first % period :][: _BLOCK - _BLOCK % period or period]
    whole = len(samples) - len(samples) % len(turned)
    blocks, rest = samples[:whole].reshape(-1, len(turned)), samples[whole:]
    blocks *= turned
    rest *= turned[: len(rest)]


@lru_cache(maxsize=8)
def _carrier_table(carrier_hz: float, rate_hz: int) -> Samples | None:
    """The carrier until it comes round on a sample; None if it takes too long."""
    cycles = _cycles(carrier_hz, rate_hz)
    if cycles is None:
        return None
    steps = np.arange(cycles.denominator) * cycles.numerator % cycles.denominator
    return _sine(steps / cycles.denominator)


def _cycles(carrier_hz: float, rate_hz: int) -> Fraction | None:
    """Cycles in a sample, as a fraction whose denominator is the number of samples after which it comes round."""
    cycles = Fraction(carrier_hz / rate_hz).limit_denominator(_LONGEST_PERIOD)
    return cycles if abs(float(cycles) - carrier_hz / rate_hz) < _DRIFT else None


def _sine(cycles: NDArray[np.float64]) -> Samples:
    return np.sin(2 * np.pi * (cycles % 1.0)).astype(np.float32)


def add_noise(samples: Samples, waveform: Waveform, rng: np.random.Generator) -> None:
    """Add the white noise of a waveform, in place; piece after piece, it goes on where it was."""
    if waveform.noise_db is not None:
        samples += rng.standard_normal(len(samples), dtype=np.float32) * np.float32(waveform.noise_rms_v)


def whole_periods(count: int, waveform: Waveform) -> int:
    """The least even number of samples, not under ``count``, that can be repeated without a jump of the carrier.

    Where that would add more than a millisecond, just the next even number.
    """
    cycles = _cycles(waveform.carrier_hz, waveform.rate_hz)
    period = 2 if cycles is None else math.lcm(2, cycles.denominator)
    if period > _PAD_S * waveform.rate_hz:
        period = 2
    return -(-count // period) * period
