# SPDX-License-Identifier: Apache-2.0
"""How far from its middle each bit could be sampled and still be right: the margin of a UART, lot by lot."""

import numpy as np
from numpy.typing import NDArray

from xky.protocol import Mode
from xky.protocol.mode import CHARACTER_BITS

__all__ = ["CLOCK_ERROR", "margins_s"]

CLOCK_ERROR = 0.02  # 1 % of the meter (54E table 3), 1 % of the receiver (assumption: a resonator with a divider)


def margins_s(
    levels: NDArray[np.bool_], rate_hz: float, sent: NDArray[np.bool_], starts_s: NDArray[np.float64], mode: Mode
) -> NDArray[np.float64]:
    """The least margin of each lot, in seconds; below 0 where a bit is wrong.

    A UART takes the time from the falling edge of each start bit. What the clocks may be off by then is taken from each
    bit's distance to the nearest wrong level. Where all bits are wrong, the margin is less than 0 by half a bit.

    Args:
        levels: at the pin, a row a sample and a column a lot.
        rate_hz: samples a second.
        sent: what each bit is, a row a character.
        starts_s: when each character begins on the line.
        mode: sets the duration of a bit.
    """
    bit_s = 1.0 / mode.baud
    bit = bit_s * rate_hz
    begins = np.rint((starts_s - bit_s / 2) * rate_hz).astype(np.int64)
    window = round((CHARACTER_BITS + 1.5) * bit)
    shifts = np.arange(-round(bit / 2), round(bit / 2) + 1)
    places = np.arange(CHARACTER_BITS)
    drift = (places + 0.5) * bit * CLOCK_ERROR
    margins = np.full(levels.shape[1], np.inf)
    wrong = np.zeros(levels.shape[1])
    for index, begin in enumerate(begins):
        seen = levels[begin : begin + window]
        falls = ~seen[1:] & seen[:-1]
        found = falls.any(axis=0)
        start = falls.argmax(axis=0) + 1
        at = (
            start[:, None, None] + np.rint((places[None, :, None] + 0.5) * bit).astype(np.int64) + shifts[None, None, :]
        )
        at = np.minimum(at, len(seen) - 1)
        right = seen[at, np.arange(levels.shape[1])[:, None, None]] == sent[index][None, :, None]
        distance = np.where(right, np.inf, np.abs(shifts)[None, None, :]).min(axis=2)
        distance = np.minimum(distance, bit / 2) - drift[None, :]
        misread = (distance < 0).mean(axis=1)
        wrong += np.where(found, misread, 1.0)
        margins = np.minimum(margins, np.where(found, distance.min(axis=1), -bit / 2))
    share = wrong / len(begins)
    return np.where(share > 0, -share * bit_s / 2, margins / rate_hz)
