# SPDX-License-Identifier: Apache-2.0
"""What the parts of a train bear at the worst, against what they are rated for."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..description.states import OFF
from ..ports import SupplyPort
from .train import Train

__all__ = ["Rated", "ratings_exceeded", "ratings_of"]


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating.

    Attributes:
        part: what bears it.
        what: is borne, with its unit.
        borne: at the worst.
        rated: at the most.
    """

    part: str
    what: str
    borne: float
    rated: float

    @property
    def exceeded(self) -> bool:
        """Whether the part bears more than it may."""
        return self.borne > self.rated


def ratings_of(train: Train, supply: SupplyPort) -> Iterator[Rated]:
    """Each rating that the board's file gives.

    Args:
        train: of the board.
        supply: the highest that it may meet: 13 V rms open circuit (54E §4).
    """
    power = train.power
    rectifier, capacitor = power.rectifier, power.capacitor
    assert rectifier is not None and capacitor is not None
    dark = train.state(supply, OFF)
    balance = dark.balance
    rest_v = dark.flow.rest_v(0.0)  # nothing drawn, all the time in the world
    terminal_v, before_v = balance.terminal_v(rest_v), balance.before_charger_v(rest_v)
    first_a = balance.charge_a(0.0)

    def checks() -> Iterator[tuple[str, str, float, float | None]]:
        diode, charger, regulator = rectifier.diode, power.charger, power.regulator
        reverse_v = before_v * (1 if rectifier.kind == "bridge" else 2)
        yield diode.part, "reverse voltage, V", reverse_v, diode.reverse_max_v
        yield diode.part, "mean forward current, A", first_a / 2, diode.forward_max_a
        if charger is not None:
            yield charger.part, "input voltage, V", before_v, charger.input_max_v
            yield charger.part, "output current, A", first_a, charger.output_max_a
        yield capacitor.part, "voltage, V", terminal_v, capacitor.rated_v
        yield regulator.part, "input voltage, V", terminal_v, regulator.input_max_v
        yield regulator.part, "output current, A", _most_a(train, supply), regulator.output_max_a
        # fed with more than it makes, a boost passes it through
        rail_v = regulator.output_v if regulator.kind != "boost" else max(regulator.output_v, terminal_v)
        yield power.mcu.part, "rail, V", rail_v, power.mcu.rail_max_v

    for part, what, borne, rated in checks():
        if rated is not None:
            yield Rated(part, what, borne, rated)


def _most_a(train: Train, supply: SupplyPort) -> float:
    """The most that the regulator gives: the bulk capacitance carries a part of a burst."""
    states = (train.state(supply, name) for name in train.power.loads)
    return max(train.burst_a(state.load, state.balance) for state in states)


def ratings_exceeded(train: Train, supply: SupplyPort) -> list[Rated]:
    """The ratings that are not kept; see ``ratings_of``."""
    return [one for one in ratings_of(train, supply) if one.exceeded]
