# SPDX-License-Identifier: Apache-2.0
"""What virtual analysers of all makes do: they see the current that the board takes from its capacitor."""

from .instrument import VirtualInstrument

__all__ = ["VirtualAnalyser"]

_NOISE_A = 2e-8  # of a reading, standard deviation: assumption
_GAIN = 2.5e-4  # most that it is off: data sheets from memory, uncertain


class VirtualAnalyser(VirtualInstrument):
    """An ammeter between capacitor and board; while its output is off it reads nothing, and the board runs on.

    uncertain: a real one opens the path, and the board is without power then. Here the board's firmware would not see
    that, so that the path of a virtual one stays closed.
    """

    role = "analyser"

    def reset(self) -> None:
        self.is_on = False
        if not hasattr(self, "_gain"):
            self._gain = self.random.uniform(-_GAIN, _GAIN)

    def switch(self, *, on: bool) -> None:
        """Its output."""
        self.is_on = on

    def measured_a(self) -> float:
        """Through it."""
        if not self.is_on:
            return self.random.gauss(0.0, _NOISE_A)
        return self.bench.board.board_a * (1 + self._gain) + self.random.gauss(0.0, _NOISE_A)
