# SPDX-License-Identifier: Apache-2.0
"""The power trains of a population with their states: ``boards/power/train.py`` over arrays."""

from dataclasses import dataclass

import numpy as np

from xky.boards.description.states import OFF

from .balance import PopulationBalance
from .flow import PopulationFlow
from .parts import PopulationParts
from .population import Array, Population

__all__ = ["PopulationState", "PopulationTrain"]


@dataclass(frozen=True, slots=True)
class PopulationState:
    """One load of n trains, one element each.

    Attributes:
        balance: of their currents.
        flow: motion of their inner voltages.
        off_terminal_v: they lose their rail when the terminals, on the average of a burst, fall to here.
        on_terminal_v: they get it back when they rise to here.
    """

    balance: PopulationBalance
    flow: PopulationFlow
    off_terminal_v: Array
    on_terminal_v: Array


class PopulationTrain:
    """The power trains of n boards, each on its supply.

    Args:
        population: boards that live on the TIC.
    """

    def __init__(self, population: Population) -> None:
        power = population.board.power
        assert power is not None
        self._population, self._power = population, power
        self._parts = PopulationParts(population)

    def state(self, name: str) -> "PopulationState":
        """A load by its name, ``off`` included."""
        population, power = self._population, self._power
        rail_a = population("power.mcu.off_a") if name == OFF else population(f"power.loads.{name}.current_a")
        on_v = population("power.mcu.power_on_v")
        input_min_v = population("power.regulator.input_min_v")
        if self._parts.kind != "ldo":
            on_v = input_min_v if self._parts.kind == "boost" else np.maximum(on_v, input_min_v)
        if power.wake_up is not None:
            on_v = np.maximum(on_v, population("power.wake_up.on_v"))
        off_v = np.full_like(on_v, -np.inf) if name == OFF else self._off_terminal_v(name, rail_a)
        balance = PopulationBalance(self._parts, rail_a)
        return PopulationState(balance, PopulationFlow(balance, balance.decay_per_s(off_v)), off_v, on_v)

    def _off_terminal_v(self, name: str, rail_a: Array) -> Array:
        population, power = self._population, self._power
        dropout_ohm = np.zeros_like(rail_a)
        if self._parts.kind != "boost":
            dropout_ohm = population("power.regulator.dropout_v") / population("power.regulator.dropout_at_a")
        burst_a = rail_a
        if power.loads[name].peak_a is not None:
            peak_a = np.maximum(population(f"power.loads.{name}.peak_a"), rail_a)
            share = np.ones_like(rail_a)
            ohm = self._parts.esr_ohm + dropout_ohm
            if power.bulk is not None:
                bulk_s = np.maximum(ohm * population("power.bulk.capacitance_f"), 1e-12)
                share = -np.expm1(-population(f"power.loads.{name}.peak_s") / bulk_s)
            burst_a = rail_a + (peak_a - rail_a) * share
        dip_v = self._parts.esr_ohm * (burst_a - rail_a)
        fed_v = population("power.regulator.input_min_v") + dip_v
        lost_v = population("power.mcu.brown_out_v") + dropout_ohm * burst_a + dip_v
        if self._parts.kind != "ldo":
            lost_v = fed_v if self._parts.kind == "boost" else np.maximum(lost_v, fed_v)
        if power.wake_up is not None:
            lost_v = np.maximum(lost_v, population("power.wake_up.off_v") + dip_v)
        return lost_v
