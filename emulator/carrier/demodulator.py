# SPDX-License-Identifier: Apache-2.0
"""From an envelope to characters: where it crosses the threshold, which of these are starts, and what follows.

A UART in whole arrays: it waits for carrier that still holds half a bit later, samples ten bits from there,
and looks for the next start from the middle of the stop bit.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xky.protocol import Mode
from xky.protocol.mode import CHARACTER_BITS
from xky.protocol.uart import CharacterDefect, Received

from .specification import READ
from .waveform import Samples

__all__ = ["Demodulated", "read_envelope"]

_AROUND_CENTRE_BITS = 0.16  # to both sides, what a bit is judged by: 34 of the 50 µs that it holds (54E §5.3.4)
_ENOUGH = 4096  # values that a level is known from
_WEIGHTS = 1 << np.arange(7)
_BITS = np.arange(CHARACTER_BITS) + 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Demodulated:
    """Characters of a recording; iterating gives each.

    Attributes:
        data: their codes.
        errors: index into ``data`` to what is wrong there; sparse.
        starts_s: when each start bit began, in seconds since the first sample.
        baud: what they were read at.
        peak_v: amplitude of a 0; 0 if no carrier was heard.
        residual_v: amplitude of what is left in a 1, noise included.
    """

    data: bytes
    errors: Mapping[int, CharacterDefect]
    starts_s: NDArray[np.float64]
    baud: int
    peak_v: float
    residual_v: float

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Received]:
        last_sample_s = (CHARACTER_BITS - 0.5) / self.baud
        for index, code in enumerate(self.data):
            yield Received(code, float(self.starts_s[index]) + last_sample_s, self.errors.get(index))


def read_envelope(envelope_v: Samples, step_s: float, mode: Mode) -> Demodulated:
    """The characters in an envelope.

    Args:
        envelope_v: peak of the carrier, one value a step.
        step_s: from one value to the next; the first stands at half a step.
        mode: sets the rate, and the voltages between 0 and 1.
    """
    threshold_v, peak_v, rest_v = _levels(envelope_v, mode)
    bit = 1 / (mode.baud * step_s)
    on = envelope_v > threshold_v
    rising = np.flatnonzero(on[1:] & ~on[:-1])
    lasting = np.minimum((rising + bit / 2 + 0.5).astype(np.int64), len(on) - 1)
    rising = rising[on[lasting]]  # what is over in half a bit is no start
    below, above = envelope_v[rising], envelope_v[rising + 1]
    crossed = (threshold_v - below) / (above - below)  # between two values
    starts = _starts((rising + crossed).astype(np.float64), bit)
    centres = starts[:, None] + _BITS * bit
    begins = np.rint(centres - _AROUND_CENTRE_BITS * bit).astype(np.int64)
    ends = np.maximum(np.rint(centres + _AROUND_CENTRE_BITS * bit).astype(np.int64), begins) + 1
    whole = int(np.searchsorted(ends[:, -1], len(on), side="right"))  # the last may be cut by the end
    sums = np.concatenate([[0.0], np.cumsum(envelope_v, dtype=np.float64)])
    begins, ends = begins[:whole], ends[:whole]
    bits = sums[ends] - sums[begins] <= threshold_v * (ends - begins)
    codes = (bits[:, 1:8] @ _WEIGHTS).astype(np.uint8)
    return Demodulated(codes.tobytes(), _errors(bits), (starts[:whole] + 0.5) * step_s, mode.baud, peak_v, rest_v)


def _levels(envelope_v: Samples, mode: Mode) -> tuple[float, float, float]:
    """The threshold, and the levels of a 0 and of a 1 that it lies between.

    No less than in the middle of what a receiver must tell apart: below is no carrier, however clean it is.
    """
    least_v = (READ[mode].zero_min_v + READ[mode].one_max_v) / 2
    loud = envelope_v > least_v
    peak_v, rest_v = _median(envelope_v[loud]), _median(envelope_v[~loud])
    return max(least_v, (peak_v + rest_v) / 2), peak_v, rest_v


def _median(values: Samples) -> float:
    return float(np.median(values[:: 1 + len(values) // _ENOUGH])) if len(values) else 0.0


def _starts(edges: NDArray[np.float64], bit: float) -> NDArray[np.float64]:
    """Of the edges, those that a UART takes for a start: one behind the middle of the stop bit before."""
    candidates: list[float] = edges.tolist()
    starts: list[float] = []
    character = (CHARACTER_BITS - 0.5) * bit
    at, end = 0, len(candidates)
    while at < end:
        start = candidates[at]
        starts.append(start)
        at = bisect_left(candidates, start + character, at + 1)
    return np.array(starts, np.float64)


def _errors(bits: NDArray[np.bool_]) -> dict[int, CharacterDefect]:
    """A character with both errors counts as framing, as in ``Received``."""
    low_stop = ~bits[:, 9]
    odd = bits[:, 1:9].sum(axis=1) % 2 == 1
    errors = dict.fromkeys(np.flatnonzero(odd).tolist(), CharacterDefect.PARITY)
    errors |= dict.fromkeys(np.flatnonzero(low_stop).tolist(), CharacterDefect.FRAMING)
    return errors
