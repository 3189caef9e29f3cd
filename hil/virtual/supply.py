# SPDX-License-Identifier: Apache-2.0
"""What virtual supplies of all makes do: their setting is the open-circuit voltage of the board's terminals."""

from .instrument import VirtualInstrument

__all__ = ["VirtualSupply"]

_NOISE_V, _NOISE_A = 1e-3, 1e-4  # of a reading, standard deviation: assumption


class VirtualSupply(VirtualInstrument):
    """A supply on I1-A, off at the beginning."""

    role = "supply"
    most_v = 30.0
    most_a = 3.0
    step_v = 1e-3

    def reset(self) -> None:
        self.set_v, self.limit_a, self.is_on = 0.0, self.most_a, False
        self._feed()

    def set_voltage(self, voltage_v: float) -> None:
        """Set it, to a step of its converter."""
        self.set_v = round(voltage_v / self.step_v) * self.step_v
        self._feed()

    def set_current(self, current_a: float) -> None:
        """Set the most that it gives; a board takes some tens of milliamperes, so that none is ever limited here."""
        self.limit_a = current_a

    def switch(self, *, on: bool) -> None:
        """Its output."""
        self.is_on = on
        self._feed()

    def measured_v(self) -> float:
        """At its terminals."""
        return (self.set_v if self.is_on else 0.0) + self.random.gauss(0.0, _NOISE_V)

    def measured_a(self) -> float:
        """Into the board."""
        return (self.bench.board.supply_a if self.is_on else 0.0) + self.random.gauss(0.0, _NOISE_A)

    def _feed(self) -> None:
        self.bench.board.feed(self.set_v, on=self.is_on)
