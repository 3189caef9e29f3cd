# SPDX-License-Identifier: Apache-2.0
"""What virtual scopes of all makes do: eight bits, a memory of their steps, and the noise of their input."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .instrument import VirtualInstrument

__all__ = ["CODES", "Channel", "VirtualScope"]

CODES = 25  # of the converter, a division
_NOISE_CODES = 0.4  # standard deviation: assumption
_LOWEST, _HIGHEST = -127, 127


@dataclass
class Channel:
    """One input.

    Attributes:
        is_shown: whether it takes samples.
        scale_v: a division.
        offset_v: of the middle.
    """

    is_shown: bool = False
    scale_v: float = 1.0
    offset_v: float = 0.0


class VirtualScope(VirtualInstrument):
    """A scope; channel 1 on I1-I2, 2 on I1-A, 3 on the capacitor."""

    role = "scope"
    depth = 12_000
    fastest_hz = 1e9

    def reset(self) -> None:
        self.channels = {number: Channel() for number in (1, 2, 3, 4)}
        self.channels[1].is_shown = True
        self.window_s = 0.012
        self.is_stopped = False
        self._taken: dict[int, NDArray[np.int8]] = {}
        self._noise = np.random.default_rng(self.bench.seed)

    @property
    def interval_s(self) -> float:
        """Between two samples."""
        return max(self.window_s / self.depth, 1 / self.fastest_hz)

    def channel(self, number: int) -> Channel:
        """By its number.

        Raises:
            ValueError: there is none.
        """
        if number not in self.channels:
            raise ValueError(f"channel {number}")
        return self.channels[number]

    def capture(self) -> None:
        """Take one record of each channel that is shown, from now on, and stop; the bench's clock goes on meanwhile."""
        assert self.bench.signals is not None
        start_s = self.bench.board.catch_up()
        if self.bench.clock.speed == 0:
            self.bench.clock.wait(self.depth * self.interval_s)
        self._taken = {
            number: self._codes(number, start_s) for number, channel in self.channels.items() if channel.is_shown
        }
        self.is_stopped = True

    def codes(self, number: int) -> NDArray[np.int8]:
        """What was taken of a channel.

        Raises:
            ValueError: nothing was.
        """
        if number not in self._taken:
            raise ValueError(f"channel {number} has no record")
        return self._taken[number]

    def _codes(self, number: int, start_s: float) -> NDArray[np.int8]:
        assert self.bench.signals is not None
        channel = self.channels[number]
        volts = self.bench.signals.volts(number, start_s, self.depth, self.interval_s) + channel.offset_v
        codes = volts * (CODES / channel.scale_v)
        codes += self._noise.normal(0.0, _NOISE_CODES, len(codes))
        return np.clip(np.rint(codes), _LOWEST, _HIGHEST).astype(np.int8)
