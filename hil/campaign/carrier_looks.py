# SPDX-License-Identifier: Apache-2.0
"""What a scope's record of a played carrier shows besides its levels: how long single bits hold them, its harmonics."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["clean_s", "distorted", "distortion_of"]

_NOISE_BITS = 0.1  # a shorter stay at a level is noise at its edge
_SINGLE_BITS = 0.5  # longer than the shortest: it is no single bit
_HARMONICS = (2, 3, 4, 5)
_FEWEST = 8 * len(_HARMONICS)  # samples within a 0
_BESIDE_S = 30e-6  # of an edge: there the envelope is of both sides

Values = NDArray[np.float32]


def clean_s(envelope_v: Values, step_s: float, level_v: float, bit_s: float, *, over: bool) -> float:
    """How long single bits are at a level; 0 where none is.

    Args:
        envelope_v: peak of the carrier, a value a step.
        step_s: from one value to the next.
        level_v: to be reached.
        bit_s: length of a bit.
        over: whether the level is one of 0s, to be passed upwards; it lies beyond the middle of both.
    """
    beyond = (envelope_v - level_v if over else level_v - envelope_v).astype(np.float64)
    at = np.flatnonzero(np.diff(beyond > 0))
    if len(at) < 2:
        return 0.0
    crossed = at + beyond[at] / (beyond[at] - beyond[at + 1])
    first = 0 if beyond[at[0] + 1] > 0 else 1
    stays_s = np.diff(crossed)[first::2] * step_s
    stays_s = stays_s[stays_s > _NOISE_BITS * bit_s]
    if not len(stays_s) or stays_s.min() > bit_s:
        return 0.0
    return float(np.median(stays_s[stays_s < stays_s.min() + _SINGLE_BITS * bit_s]))


def distorted(samples: Values, cycles: float, harmonic: int, share: float) -> Values:
    """A carrier with a harmonic in the phase that makes its zero crossings the most.

    Args:
        samples: of a sine that begins at 0, under whatever envelope.
        cycles: of it in a sample.
        harmonic: 2 or 3.
        share: of the harmonic in the carrier.
    """
    angle = 2 * np.pi * ((cycles * np.arange(len(samples))) % 1.0)
    # sin 2x = sin x · 2 cos x, and sin 3x = sin x · (3 - 4 sin² x): the envelope stays as it is
    wave = 2 * np.cos(angle) if harmonic == 2 else -(3 - 4 * np.sin(angle) ** 2)
    mixed: Values = (samples * (1 + share * wave)).astype(np.float32)
    return mixed


def distortion_of(
    voltage_v: Values, interval_s: float, carrier_hz: float, envelope_v: Values, step_s: float
) -> tuple[float, float]:
    """Harmonics over the carrier within the 0s, as a fraction, and what noise alone would show.

    Args:
        voltage_v: samples.
        interval_s: between two.
        carrier_hz: of the carrier.
        envelope_v: of the same record, a value a step.
        step_s: from one value to the next.
    """
    is_zero = envelope_v > (envelope_v.min() + envelope_v.max()) / 2
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_zero, [False])).astype(np.int8)))
    found, floors = [], []
    for began, ended in edges.reshape(-1, 2):
        first = int((began * step_s + _BESIDE_S) / interval_s)
        last = int((ended * step_s - _BESIDE_S) / interval_s)
        part = voltage_v[first:last].astype(np.float64)
        if len(part) < _FEWEST:
            continue
        angle = 2 * np.pi * carrier_hz * interval_s * np.arange(len(part))
        waves = [wave(k * angle) for k in (1, *_HARMONICS) for wave in (np.cos, np.sin)]
        matrix = np.stack([np.ones(len(part)), *waves], axis=1)
        fitted, *_ = np.linalg.lstsq(matrix, part, rcond=None)
        size_v = np.hypot(fitted[1::2], fitted[2::2])
        noise_v = float(np.std(part - matrix @ fitted)) * np.sqrt(4 * len(_HARMONICS) / len(part))
        found.append(float(np.sqrt(np.sum(size_v[1:] ** 2)) / size_v[0]))
        floors.append(noise_v / float(size_v[0]))
    return (float(np.median(found)), float(np.median(floors))) if found else (0.0, 1.0)
