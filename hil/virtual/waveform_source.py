# SPDX-License-Identifier: Apache-2.0
"""What virtual generators of all makes do: they keep a waveform, and tell what they would put out."""

import numpy as np
from numpy.typing import NDArray

from .instrument import VirtualInstrument

__all__ = ["VirtualGenerator"]


class VirtualGenerator(VirtualInstrument):
    """A generator, off at the beginning; its codes are of 16 bits with a sign.

    What it plays is seen by a scope at the receiver's input; what the receiver hears is emulated.
    """

    role = "generator"
    full_scale = 32767.0

    def reset(self) -> None:
        self.is_on, self.load_is_open = False, False
        self.peak_to_peak_v, self.rate_hz = 0.1, 1_000_000.0
        self.taken: NDArray[np.float64] = np.zeros(0)

    def switch(self, *, on: bool) -> None:
        """Its output."""
        self.is_on = on

    def put_out(self) -> NDArray[np.float64]:
        """Volts of the open output, once through the waveform; nothing while it is off."""
        if not self.is_on:
            return np.zeros(len(self.taken))
        open_v = self.peak_to_peak_v * (1.0 if self.load_is_open else 2.0)
        volts: NDArray[np.float64] = self.taken / self.full_scale * open_v / 2
        return volts
