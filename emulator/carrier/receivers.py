# SPDX-License-Identifier: Apache-2.0
"""Two receivers: a quick one that measures power, as a rectifier does, and one that mixes the carrier down.

Both give an envelope in the same unit and steps, read by the same UART.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xky.protocol import InputError, Mode

from .demodulator import Demodulated, read_envelope
from .specification import CARRIER_HZ
from .waveform import Samples

__all__ = ["envelope_receiver", "quadrature", "quadrature_receiver"]

_LEAST_RATE_HZ = 3.5 * CARRIER_HZ
_STEPS = 4  # values of the envelope a period, at each of which one period is looked at
_PIECE_PERIODS = 1 << 9  # mixed down at once, so that it stays in a processor's cache


def envelope_receiver(samples: Samples, rate_hz: int, mode: Mode) -> Demodulated:
    """The power of each carrier period, edges found between two of them: quick, for signals without much noise.

    Raises:
        InputError: so few samples a second hold no carrier.
    """
    period = round(_checked(rate_hz) / CARRIER_HZ)
    blocks = samples[: len(samples) - len(samples) % period].reshape(-1, period)
    power = np.einsum("ij,ij->i", blocks, blocks)
    return read_envelope(np.sqrt(power * np.float32(2 / period)), period / rate_hz, mode)


def quadrature_receiver(samples: Samples, rate_hz: int, mode: Mode) -> Demodulated:
    """The carrier mixed down to I and Q and averaged over a period, four values a period.

    Takes a carrier 3 % off, a rate 1 % off, noise at 20 dB and the levels that a receiver must tell apart.

    Raises:
        InputError: so few samples a second hold no carrier.
    """
    envelope_v, step_s = quadrature(samples, rate_hz)
    return read_envelope(envelope_v, step_s, mode)


def quadrature(samples: Samples, rate_hz: int) -> tuple[Samples, float]:
    """The envelope of the carrier in volts, and its step in seconds.

    Raises:
        InputError: so few samples a second hold no carrier.
    """
    hop = max(1, round(_checked(rate_hz) / CARRIER_HZ / _STEPS))
    mixed = _mixed_down(samples, rate_hz, hop)
    if not len(mixed):
        return np.zeros(0, np.float32), hop / rate_hz
    around = np.pad(mixed, 2, mode="edge")
    ends, inner = around[:-4] + around[4:], around[1:-3] + around[2:-2] + around[3:-1]
    return np.abs(inner + ends / 2) * np.float32(2 / (_STEPS * hop)), hop / rate_hz


def _mixed_down(samples: Samples, rate_hz: int, hop: int) -> NDArray[np.complex64]:
    """Sums of the samples times the carrier, hop by hop."""
    oscillator = _oscillator(rate_hz, hop)
    hops, size = len(samples) // hop, len(oscillator)
    mixed = np.empty(hops, np.complex64)
    for at in range(0, hops * hop, size):
        piece = samples[at : min(at + size, hops * hop)]
        product = piece * oscillator[: len(piece)]
        sums = mixed[at // hop : (at + len(piece)) // hop]
        product.reshape(-1, hop).sum(axis=1, out=sums)
        sums *= np.exp(-2j * np.pi * (at * CARRIER_HZ / rate_hz % 1.0))
    return mixed


@lru_cache(maxsize=4)
def _oscillator(rate_hz: int, hop: int) -> NDArray[np.complex64]:
    """The carrier, both ways, for a piece; each piece is then turned by the phase at which it begins."""
    count = _PIECE_PERIODS * _STEPS * hop
    cycles = np.arange(count, dtype=np.float64) * (CARRIER_HZ / rate_hz)
    oscillator: NDArray[np.complex64] = np.exp(-2j * np.pi * cycles).astype(np.complex64)
    return oscillator


def _checked(rate_hz: int) -> int:
    if rate_hz < _LEAST_RATE_HZ:
        raise InputError(f"{rate_hz} samples a second are too few for 50 kHz; record {_LEAST_RATE_HZ:.0f} at least")
    return rate_hz
