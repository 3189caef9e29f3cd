# SPDX-License-Identifier: Apache-2.0
"""What a house draws: constant between two instants, so that energy is a sum of exact products."""

from dataclasses import dataclass
from math import hypot
from typing import Protocol

__all__ = ["Draw", "Hold", "Load"]


@dataclass(frozen=True, slots=True)
class Draw:
    """Power of each phase; negative active power is injected.

    Attributes:
        active_w: watts, one integer a phase.
        reactive_var: volt-amperes reactive, one integer a phase.
    """

    active_w: tuple[int, ...]
    reactive_var: tuple[int, ...]

    @classmethod
    def of(cls, *active_w: int) -> "Draw":
        """Purely active power, by phase."""
        return cls(active_w, (0,) * len(active_w))

    def without(self, phases: frozenset[int]) -> "Draw":
        """Nothing on these phases, counted from 1."""

        def rest(power: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(0 if number in phases else value for number, value in enumerate(power, 1))

        return Draw(rest(self.active_w), rest(self.reactive_var))

    @property
    def phase_apparent_va(self) -> tuple[int, ...]:
        """Apparent power by phase, signed as its active power (54E §6.2.3.9)."""
        return tuple(
            round(hypot(active, reactive)) * (1 if active >= 0 else -1)
            for active, reactive in zip(self.active_w, self.reactive_var, strict=True)
        )


class Load(Protocol):
    """A load over time."""

    def draw(self, at_us: int) -> tuple[Draw, int | None]:
        """Power at an instant, and the next instant at which it may change (None: never)."""
        ...


@dataclass(frozen=True, slots=True)
class Hold:
    """The same power for ever."""

    power: Draw

    def draw(self, at_us: int) -> tuple[Draw, int | None]:
        return self.power, None
