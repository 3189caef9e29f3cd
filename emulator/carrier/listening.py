# SPDX-License-Identifier: Apache-2.0
"""A recording of any length demodulated in pieces: as if it had been one."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from xky.protocol import Mode
from xky.protocol.mode import CHARACTER_BITS

from .demodulator import Demodulated
from .receivers import quadrature_receiver
from .waveform import Samples

__all__ = ["listen"]

_UNSURE_BITS = 12  # before the end of a piece: a character that begins there is left to the next
_BEFORE_BITS = 1


def listen(pieces: Iterable[Samples], rate_hz: int, mode: Mode) -> Iterator[Demodulated]:
    """The characters of samples that come piece by piece; their times are since the very first sample.

    A receiver at rest knows nothing of the past, so each piece is joined to what comes behind the middle of
    the last stop bit read.

    Raises:
        InputError: so few samples a second hold no carrier.
    """
    kept, at = np.zeros(0, np.float32), 0
    for piece in pieces:
        kept = np.concatenate([kept, piece])
        characters = quadrature_receiver(kept, rate_hz, mode)
        bit_s, lasts_s = 1 / mode.baud, len(kept) / rate_hz
        taken = int(np.searchsorted(characters.starts_s, lasts_s - _UNSURE_BITS * bit_s))
        next_s = max(0.0, lasts_s - (_UNSURE_BITS + _BEFORE_BITS) * bit_s)
        if taken:
            next_s = max(next_s, characters.starts_s[taken - 1] + (CHARACTER_BITS - 0.5) * bit_s)
        yield _first(characters, taken, at / rate_hz)
        used = int(next_s * rate_hz)
        kept, at = kept[used:], at + used
    characters = quadrature_receiver(kept, rate_hz, mode)
    yield _first(characters, len(characters), at / rate_hz)


def _first(characters: Demodulated, count: int, start_s: float) -> Demodulated:
    errors = {index: error for index, error in characters.errors.items() if index < count}
    return replace(
        characters, data=characters.data[:count], errors=errors, starts_s=characters.starts_s[:count] + start_s
    )
