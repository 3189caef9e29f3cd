# SPDX-License-Identifier: Apache-2.0
"""What virtual electronic loads of all makes do: they draw a constant current from the board's capacitor."""

from .instrument import VirtualInstrument

__all__ = ["VirtualLoad"]

_NOISE_A = 5e-5  # of a reading, standard deviation: assumption
_STEP_A = 1e-4


class VirtualLoad(VirtualInstrument):
    """A load on the capacitor, off at the beginning."""

    role = "load"
    most_a = 4.0

    def reset(self) -> None:
        self.set_a, self.is_on = 0.0, False
        self._drain()

    def set_current(self, current_a: float) -> None:
        """Set it, to a step of its converter."""
        self.set_a = round(current_a / _STEP_A) * _STEP_A
        self._drain()

    def switch(self, *, on: bool) -> None:
        """Its input."""
        self.is_on = on
        self._drain()

    def measured_a(self) -> float:
        """What it draws."""
        return self.bench.board.drained_a + self.random.gauss(0.0, _NOISE_A)

    def _drain(self) -> None:
        self.bench.board.drain(self.set_a, on=self.is_on)
