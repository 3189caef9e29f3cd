# SPDX-License-Identifier: Apache-2.0
"""Terminals I1-A: the supply that a meter gives to what listens to it, and what meters really give.

A Thevenin source at 50 kHz (54E §4): at most 13 V rms without load, at least 130 mW at 6 V rms ± 10 %, purely
resistive, so 225 to 335 Ω. The named models are derived from these limits; two of them are assumptions.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from xky.protocol import InputError

__all__ = ["HIGHEST", "SUPPLIES", "Supply", "Terminals", "supply_named"]


@dataclass(frozen=True, slots=True)
class Supply:
    """One meter's supply.

    Attributes:
        name: of the model.
        open_circuit_v: voltage without load, V rms.
        source_ohm: seen from the terminals.
        carrier_hz: 54E table 1.
    """

    name: str
    open_circuit_v: float
    source_ohm: float
    carrier_hz: float = 50_000.0

    @property
    def most_w(self) -> float:
        """The most that a load can take: with as much resistance as the source."""
        return self.open_circuit_v**2 / (4 * self.source_ohm)

    def sagging(self, share: float) -> "Supply":
        """The same with a part of its voltage, 0 to 1."""
        return replace(self, open_circuit_v=share * self.open_circuit_v)

    @property
    def cut(self) -> "Supply":
        """The same while the meter has cut it: its resistance alone."""
        return self.sagging(0.0)


SUPPLIES = {
    one.name: one
    for one in (
        Supply("min_spec", 12.0, 274.0),  # derived: 131 mW at 6 V; what every meter gives at least
        Supply("min_spec_13", 13.0, 316.0),  # derived: 134 mW, at the highest voltage allowed
        Supply("typical", 13.0, 225.0),  # the resistance is an assumption: never measured in public
        Supply("strong", 13.0, 150.0),  # likewise
        Supply("weak_old", 10.0, 274.0),  # assumption: below the specification, seen on some makes
        Supply("dead", 1.0, 274.0),  # Zlinky issue 166: a faulty meter with some 1 V rms
    )
}

HIGHEST = SUPPLIES["typical"]  # 13 V rms behind the least resistance that 54E allows: parts must bear it


def supply_named(name: str) -> Supply:
    """A model by its name.

    Raises:
        InputError: there is none.
    """
    if name not in SUPPLIES:
        raise InputError(f"supply {name!r}: not known; known: {', '.join(SUPPLIES)}")
    return SUPPLIES[name]


class Terminals:
    """Terminals I1-A on a bench: a supply that may change while a device lives on it.

    Args:
        supply: at the beginning.
    """

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._on_change: list[Callable[[], None]] = []

    @property
    def supply(self) -> Supply:
        """What they give now."""
        return self._supply

    @supply.setter
    def supply(self, supply: Supply) -> None:
        self._supply = supply
        for tell in self._on_change:
            tell()

    def connect(self, on_change: Callable[[], None]) -> None:
        """Be told when that changes, just after it did."""
        self._on_change.append(on_change)
