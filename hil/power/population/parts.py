# SPDX-License-Identifier: Apache-2.0
"""The parts of a population's power trains as arrays, each train on its supply."""

import numpy as np
from numpy.typing import NDArray

from xky.boards.description.parts import ROOM_C
from xky.boards.power.balance import FADES_V

from .population import OPEN_CIRCUIT, SOURCE, TEMPERATURE, Array, Population
from .rectifier import Diodes, RectifierCurves

__all__ = ["PopulationParts"]


class PopulationParts:
    """What n power trains are made of, one element each.

    Args:
        population: boards that live on the TIC.
    """

    def __init__(self, population: Population) -> None:
        power = population.board.power
        assert power is not None and power.rectifier is not None and power.capacitor is not None
        self.population, self._power = population, power
        above_c = population(TEMPERATURE) - ROOM_C
        self.esr_ohm = population("power.capacitor.esr_ohm") * (1 + population("power.capacitor.esr_per_k") * above_c)
        self.capacitance_f = population("power.capacitor.capacitance_f") * (
            1 + population("power.capacitor.capacitance_per_k") * above_c
        )
        self.leakage_s = population("power.capacitor.leakage_a") / population("power.capacitor.rated_v")
        self.idle_a = population("power.regulator.quiescent_a")
        if power.wake_up is not None:
            self.idle_a = self.idle_a + population("power.wake_up.quiescent_a")
        self.kind = power.regulator.kind
        self.efficiency = population("power.regulator.efficiency")
        self.output_v = population("power.regulator.output_v")
        self.clamp = (
            None
            if power.clamp is None
            else (population("power.clamp.voltage_v"), population("power.clamp.resistance_ohm"))
        )
        self.charger = power.charger is not None
        if self.charger:
            self.charged_v, self.charger_ohm = (
                population("power.charger.output_v"),
                population("power.charger.output_ohm"),
            )
            self.drop_v, self.charger_a = population("power.charger.drop_v"), population("power.charger.quiescent_a")
        self._peak_v = np.sqrt(2) * population(OPEN_CIRCUIT)
        self.loop_ohm = self._loop_ohm()
        self.charging = self._curves()

    def take(self, which: NDArray[np.intp]) -> "PopulationParts":
        """Those of some of the boards, for what has been read from the population."""
        some = object.__new__(PopulationParts)
        for name, value in vars(self).items():
            taken = value
            if isinstance(value, np.ndarray):
                taken = value[which]
            elif name == "clamp" and value is not None:
                taken = (value[0][which], value[1][which])
            elif name == "charging":
                taken = value.take(which)
            setattr(some, name, taken)
        return some

    def _loop_ohm(self) -> Array:
        population, rectifier = self.population, self._power.rectifier
        assert rectifier is not None
        bridge = rectifier.kind == "bridge"
        loop_ohm = population(SOURCE) + population("power.rectifier.series_ohm")
        if rectifier.diode.forward_v is None:
            loop_ohm = loop_ohm + (2 if bridge else 1) * population("power.rectifier.diode.series_ohm")
        if not self.charger:  # a charger smooths its input: the capacitor sees no pulses then
            loop_ohm = loop_ohm + (self.esr_ohm if bridge else self.esr_ohm / 2)
        return loop_ohm

    def _curves(self) -> RectifierCurves:
        population, rectifier = self.population, self._power.rectifier
        assert rectifier is not None
        halves, in_path = (1, 2) if rectifier.kind == "bridge" else (2, 1)
        thermal_v, saturation_a = population.diodes()
        drop_v = None
        if rectifier.diode.forward_v is not None:
            drop_v = in_path * population("power.rectifier.diode.forward_v")
        diodes = Diodes(halves, drop_v, in_path * thermal_v, saturation_a)
        most_a = self._peak_v / self.loop_ohm / halves
        if self.charger:
            high_v = self.charged_v + self.drop_v + 0.1
        elif self.clamp is not None:
            high_v = self.clamp[0] + (self.clamp[1] + self.esr_ohm) * most_a + 0.1
        else:
            high_v = np.full_like(most_a, np.inf)
        low_v = np.minimum(0.0, FADES_V - self.esr_ohm * most_a)
        return RectifierCurves(diodes, peak_v=self._peak_v, loop_ohm=self.loop_ohm, low_v=low_v, high_v=high_v)
