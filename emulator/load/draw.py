# SPDX-License-Identifier: Apache-2.0
"""What a house draws: constant between two instants, so that energy is a sum of exact products."""

from dataclasses import dataclass
from math import hypot
from typing import Protocol

__all__ = ["Draw", "Hold", "Load", "Signals"]


@dataclass(frozen=True, slots=True)
class Draw:
    """Power of each phase; negative active power is injected.

    Integers of a thousandth, so that sums are exact and yet finer than what a meter shows.

    Attributes:
        active_mw: milliwatts, one integer a phase.
        reactive_mvar: thousandths of a volt-ampere reactive, one integer a phase.
    """

    active_mw: tuple[int, ...]
    reactive_mvar: tuple[int, ...]

    @classmethod
    def of(cls, *active_w: float) -> "Draw":
        """Purely active power, in watts by phase."""
        return cls(tuple(round(watts * 1000) for watts in active_w), (0,) * len(active_w))

    def without(self, phases: frozenset[int]) -> "Draw":
        """Nothing on these phases, counted from 1."""

        def rest(power: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(0 if number in phases else value for number, value in enumerate(power, 1))

        return Draw(rest(self.active_mw), rest(self.reactive_mvar))

    @property
    def phase_apparent_mva(self) -> tuple[int, ...]:
        """Apparent power by phase in mVA, signed as its active power (54E §6.2.3.9)."""
        return tuple(
            (abs(active) if not reactive else round(hypot(active, reactive))) * (1 if active >= 0 else -1)
            for active, reactive in zip(self.active_mw, self.reactive_mvar, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Signals:
    """What the meter tells the house.

    Attributes:
        contact_closed_since_us: when the dry contact C1-C2, which drives a water heater, closed last; None
            while it is open.
    """

    contact_closed_since_us: int | None = None


class Load(Protocol):
    """A load over time; instants are true ones, whatever the meter's clock shows."""

    def draw(self, at_us: int, signals: Signals) -> tuple[Draw, int | None]:
        """Power at an instant, and the next instant at which it may change (None: never).

        The meter asks again when a signal changes.
        """
        ...


@dataclass(frozen=True, slots=True)
class Hold:
    """The same power for ever."""

    power: Draw

    def draw(self, at_us: int, signals: Signals) -> tuple[Draw, int | None]:
        return self.power, None
