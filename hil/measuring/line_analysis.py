# SPDX-License-Identifier: Apache-2.0
"""A record of terminals I1-I2 to what the specification limits: carrier, rate, levels, times, ripple, distortion.

The envelope is that of the receivers (``emulator/carrier``): a mean over a carrier period and a quarter. So an edge is
that long in it, which is taken into account where times are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xky.emulator.carrier import quadrature_receiver
from xky.emulator.carrier.receivers import quadrature
from xky.emulator.carrier.specification import CARRIER_HZ, EMITTED
from xky.protocol import BenchError, Mode
from xky.protocol.mode import CHARACTER_BITS

__all__ = ["LineFacts", "Quiet", "Sure", "facts_of", "quiet_of"]

_WINDOW_S = 1.25 / CARRIER_HZ  # of the envelope
_BESIDE_S = 1.5 / CARRIER_HZ  # of an edge: there the envelope is of both sides
_EDGE_UNSURE_S = _WINDOW_S / 4  # where an edge lies in the window
_EDGE_S = 20e-6  # that an edge of a sound meter takes, about: assumption
_LONG_BITS = 2.5  # a run in which a frequency shows
_SINGLE_BITS = 1.5
_CUT = 0.97  # of the range
_LEAST_BITS = 0.25  # that a part must be quiet for
_HARMONICS = (2, 3, 4, 5)
_FEWEST_CHARACTERS = 20
_RARE = 0.1  # percent of the values beyond which none is believed: noise

Volts = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sure:
    """A value and what it may be off, by the method alone, k = 2."""

    value: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Of a record.

    Attributes:
        characters: that were heard.
        damaged: of these.
        carrier_hz: frequency of the carrier.
        baud: bits a second.
        zero_low_v: Vevl0, the lowest envelope within a 0.
        zero_high_v: Vevh0, the highest.
        hold_zero_s: Tev0, the shortest 0 over its least level.
        hold_one_s: Tev1, the shortest 1 under its highest level.
        ripple: of the envelope within a 0, as a fraction.
        distortion: of the carrier, as a fraction.
        residual_v: what is left of it in a 1, noise included, in the range of the 0s.
    """

    characters: int
    damaged: int
    carrier_hz: Sure
    baud: Sure
    zero_low_v: Sure
    zero_high_v: Sure
    hold_zero_s: Sure
    hold_one_s: Sure
    ripple: Sure
    distortion: Sure
    residual_v: Sure


@dataclass(frozen=True, slots=True)
class Quiet:
    """What is left where nothing is sent.

    Attributes:
        one_high_v: Vevh1, the highest envelope within a 1.
        noise_v: peak, but for one sample in a thousand.
    """

    one_high_v: Sure
    noise_v: Sure


@dataclass(frozen=True, slots=True)
class _Run:
    """Envelope values of one level."""

    begin_s: float
    end_s: float
    is_zero: bool

    @property
    def lasts_s(self) -> float:
        return self.end_s - self.begin_s


def facts_of(voltage_v: Volts, interval_s: float, mode: Mode) -> LineFacts:
    """What a record shows.

    Args:
        voltage_v: samples, of a range in which a 0 is not cut.
        interval_s: between two.
        mode: of the TIC.

    Raises:
        BenchError: there is no line in it.
    """
    rate_hz = round(1 / interval_s)
    samples = voltage_v
    heard = quadrature_receiver(samples, rate_hz, mode)
    if len(heard) < _FEWEST_CHARACTERS:
        raise BenchError(
            f"measure: {len(heard)} characters in a record of {len(voltage_v) * interval_s:.3g} s; expected a line of "
            f"the TIC in {mode} mode on channel 1; look at the probe, its factor and the mode"
        )
    envelope_v, step_s = quadrature(samples, rate_hz)
    runs = _runs(envelope_v, step_s, heard.peak_v / 2)
    levels = EMITTED[mode]
    bit_s = 1 / mode.baud
    inner = [part for run in runs if run.is_zero and len(part := _inside(envelope_v, step_s, run)) > 0]
    every = np.concatenate(inner)
    noise_v = float(np.std(np.diff(every))) if len(every) > 1 else 0.0
    ripples = [float((part.max() - part.min()) / part.max()) for part in inner if len(part) > 2]
    singles = [run for run in runs[1:-1] if run.lasts_s < _SINGLE_BITS * bit_s]
    long_runs = [run for run in runs[1:-1] if run.is_zero and run.lasts_s > _LONG_BITS * bit_s]
    return LineFacts(
        len(heard), len(heard.errors), _carrier(samples, interval_s, long_runs), _baud(heard.starts_s, mode),
        _extreme(every, _RARE), _extreme(every, 100 - _RARE),
        _held(singles, heard.peak_v, levels.zero_min_v, is_zero=True),
        _held(singles, heard.peak_v, levels.one_max_v, is_zero=False),
        Sure(float(np.percentile(ripples, 100 - _RARE)), 4 * noise_v / heard.peak_v),
        _distortion(samples, interval_s, long_runs),
        _left(envelope_v, step_s, runs),
    )  # fmt: skip


def _left(envelope_v: NDArray[np.float32], step_s: float, runs: Sequence[_Run]) -> Sure:
    """The highest envelope within the 1s."""
    parts = [part for run in runs if not run.is_zero and len(part := _inside(envelope_v, step_s, run))]
    return _extreme(np.concatenate(parts), 100 - _RARE) if parts else Sure(0.0, 0.0)


def _extreme(every: NDArray[np.float32], percent: float) -> Sure:
    """The value that only so many percent are under, with the noise from one value to the next."""
    noise_v = float(np.std(np.diff(every))) if len(every) > 1 else 0.0
    return Sure(float(np.percentile(every, percent)), 2 * noise_v)


def quiet_of(voltage_v: Volts, interval_s: float, range_v: float, mode: Mode) -> Quiet | None:
    """What a record of a fine range shows between the characters, and in their 1s; None where it is never quiet.

    Args:
        voltage_v: samples; a 0 is cut.
        interval_s: between two.
        range_v: in which it was taken; where it is cut, or nearly, is a 0.
        mode: of the TIC.
    """
    beside = round(_BESIDE_S / interval_s)
    cut = np.flatnonzero(np.abs(voltage_v) >= _CUT * range_v)
    edges = np.concatenate(([-beside], cut, [len(voltage_v) + beside]))
    long = np.flatnonzero(np.diff(edges) > 2 * beside + _LEAST_BITS / mode.baud / interval_s)
    parts = [(int(edges[k]) + beside, int(edges[k + 1]) - beside) for k in long]
    if not parts:
        return None
    envelope_v, step_s = quadrature(voltage_v, round(1 / interval_s))
    hop = step_s / interval_s
    inner = [envelope_v[int(np.ceil(first / hop)) : int(last / hop)] for first, last in parts]
    quiet_v = np.abs(np.concatenate([voltage_v[first:last] for first, last in parts]))
    every = np.concatenate(inner)
    if not len(every):
        return None
    return Quiet(_extreme(every, 100 - _RARE), Sure(float(np.percentile(quiet_v, 100 - _RARE)), 0.0))


def _runs(envelope_v: NDArray[np.float32], step_s: float, threshold_v: float) -> list[_Run]:
    """Between crossings of a threshold, each placed between two values."""
    over = envelope_v > threshold_v
    at = np.flatnonzero(np.diff(over))
    share = (threshold_v - envelope_v[at]) / (envelope_v[at + 1] - envelope_v[at])
    edges_s = (at + share) * step_s
    ends_s = [0.0, *edges_s.tolist(), (len(envelope_v) - 1) * step_s]
    states = [bool(over[0])] + [bool(over[k + 1]) for k in at]
    return [_Run(*pair, state) for pair, state in zip(pairwise(ends_s), states, strict=True)]


def _inside(envelope_v: NDArray[np.float32], step_s: float, run: _Run) -> NDArray[np.float32]:
    first, last = (run.begin_s + _BESIDE_S) / step_s, (run.end_s - _BESIDE_S) / step_s
    return envelope_v[int(np.ceil(first)) : max(int(last), int(np.ceil(first)))]


def _held(runs: Sequence[_Run], peak_v: float, level_v: float, *, is_zero: bool) -> Sure:
    """The shortest single bit, counted at a level, with edges that are straight in the window of the envelope.

    Runs are counted at half the peak; where the level is another, both edges lie so much further out or in.
    """
    lasts_s = [run.lasts_s for run in runs if run.is_zero == is_zero]
    if not lasts_s:
        return Sure(float("nan"), float("inf"))
    return Sure(min(lasts_s), 2 * _EDGE_UNSURE_S + 2 * abs(0.5 - level_v / peak_v) * _EDGE_S)


def _carrier(samples: NDArray[np.float32], interval_s: float, runs: Sequence[_Run]) -> Sure:
    """From the phase within each long 0: a carrier may begin anew in each."""
    found = []
    period = round(1 / (CARRIER_HZ * interval_s))
    for run in runs:
        first, last = (round(edge_s / interval_s) for edge_s in (run.begin_s + _BESIDE_S, run.end_s - _BESIDE_S))
        part = samples[first:last]
        if len(part) < 3 * period:
            continue
        mixed = part * np.exp(-2j * np.pi * CARRIER_HZ * interval_s * np.arange(len(part)))
        smooth = np.convolve(mixed, np.ones(period) / period, "valid")
        phase = np.unwrap(np.angle(smooth))
        slope = np.polyfit(np.arange(len(phase)) * interval_s, phase, 1)[0]
        found.append(CARRIER_HZ + slope / (2 * np.pi))
    if not found:
        return Sure(float("nan"), float("inf"))
    return Sure(float(np.mean(found)), float(2 * np.std(found) / np.sqrt(len(found))) + 1.0)


def _baud(starts_s: NDArray[np.float64], mode: Mode) -> Sure:
    """From characters back to back: so many bits in so long."""
    gaps_s = np.diff(starts_s)
    character_s = CHARACTER_BITS / mode.baud
    together = np.abs(gaps_s / character_s - 1) < 0.05
    edges = np.flatnonzero(np.diff(np.concatenate(([False], together, [False]))))
    total_s, characters, runs = 0.0, 0, 0
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        total_s += float(starts_s[last] - starts_s[first])
        characters += int(last - first)
        runs += 1
    if not characters:
        return Sure(float("nan"), float("inf"))
    baud = CHARACTER_BITS * characters / total_s
    return Sure(baud, float(baud * np.sqrt(runs) * 2 / CARRIER_HZ / total_s))


def _distortion(samples: NDArray[np.float32], interval_s: float, runs: Sequence[_Run]) -> Sure:
    """Harmonics over the carrier, fitted within each long 0; what noise alone would show is part of what is unsure."""
    carrier_hz = _carrier(samples, interval_s, runs).value
    found, floors = [], []
    for run in runs:
        first, last = (round(edge_s / interval_s) for edge_s in (run.begin_s + _BESIDE_S, run.end_s - _BESIDE_S))
        part = samples[first:last].astype(np.float64)
        if len(part) < 8 * len(_HARMONICS):
            continue
        angle = 2 * np.pi * carrier_hz * interval_s * np.arange(len(part))
        waves = [wave(k * angle) for k in (1, *_HARMONICS) for wave in (np.cos, np.sin)]
        matrix = np.stack([np.ones(len(part)), *waves], axis=1)
        fitted, *_ = np.linalg.lstsq(matrix, part, rcond=None)
        left_v = float(np.std(part - matrix @ fitted))
        size = np.hypot(fitted[1::2], fitted[2::2])
        found.append(float(np.sqrt(np.sum(size[1:] ** 2)) / size[0]))
        floors.append(left_v * np.sqrt(4 * len(_HARMONICS) / len(part)) / float(size[0]))
    if not found:
        return Sure(float("nan"), float("inf"))
    return Sure(float(np.median(found)), float(np.median(floors)))
