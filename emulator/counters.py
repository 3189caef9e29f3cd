# SPDX-License-Identifier: Apache-2.0
"""All that a meter counts over constant power, and what happens to it at periods' ends and midnights."""

from dataclasses import dataclass, field
from random import Random

from .contracts import Tariff
from .legal_time import SECOND_US
from .power import Power
from .registers import Demand, Energy, Mean

__all__ = ["CURVE_PERIOD_US", "UMOY_PERIOD_US", "Counters"]

UMOY_PERIOD_US = 600 * SECOND_US  # 54E §6.2.3.13: 10 min
CURVE_PERIOD_US = 1800 * SECOND_US  # 54E states no period; 30 min is the most common one seen
_DAY_US = 86_400 * SECOND_US


@dataclass
class _Phase:
    demand: Demand = field(default_factory=Demand)
    voltage: Mean = field(default_factory=Mean)
    voltage_mean_v: int = 230


class Counters:
    """Energies, demand maxima, load curve and mean voltages.

    Attributes:
        supplier: Wh by supplier index, 1 first (EASF01 …).
        distributor: Wh by distributor index, 1 first (EASD01 …).
        reactive: VArh by quadrant, 1 first (ERQ1 …).
        curve_drawn_w, curve_injected_w: mean power of the last full period and of the one before, in W.
    """

    def __init__(self, phases: int, indexes: frozenset[int], *, producer: bool, rng: Random) -> None:
        self.supplier = [rng.randrange(10**5, 3 * 10**7) if n in indexes else 0 for n in range(1, 11)]
        total = sum(self.supplier)
        cuts = sorted(rng.randrange(total) for _ in range(3))
        self.distributor = [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
        self.drawn = Energy(total)
        self.injected = Energy(rng.randrange(10**6) if producer else 0)
        self.reactive = [Energy(rng.randrange(10**6) if producer else 0) for _ in range(4)]
        self.phases = [_Phase() for _ in range(phases)]
        self.demand, self.demand_injected = Demand(), Demand()
        self._curve_drawn, self._curve_injected = Mean(), Mean()
        self.curve_drawn_w: list[int | None] = [None, None]
        self.curve_injected_w: list[int | None] = [None, None]

    def settle(self, power: Power, now_us: int, midnight_us: int) -> None:
        """The past before the start: this power, for ever; yesterday's maxima in its evening."""
        evening_us = midnight_us - 2 * _DAY_US + 70_000 * SECOND_US
        for demand, apparent in self._demands(power):
            demand.settle(apparent, now_us)
            demand.yesterday_va, demand.yesterday_at_us = apparent, evening_us
        drawn, injected = max(power.net_w, 0), max(-power.net_w, 0)
        self.curve_drawn_w, self.curve_injected_w = [drawn, drawn], [injected, injected]
        for phase, volts in zip(self.phases, power.voltages_v, strict=True):
            phase.voltage_mean_v = round(volts)

    def count(self, power: Power, tariff: Tariff, start_us: int, end_us: int) -> None:
        """Constant power under one tariff, with no boundary inside."""
        duration = end_us - start_us
        drawn, injected = max(power.net_w, 0), max(-power.net_w, 0)
        units = self.drawn.add(drawn, duration)
        self.supplier[tariff.supplier_index - 1] += units
        self.distributor[tariff.distributor_index - 1] += units
        self.injected.add(injected, duration)
        self.reactive[power.quadrant - 1].add(abs(power.reactive_var), duration)
        self._curve_drawn.add(drawn, duration)
        self._curve_injected.add(injected, duration)
        for phase, volts in zip(self.phases, power.voltages_v, strict=True):
            phase.voltage.add(round(volts), duration)
        for demand, apparent in self._demands(power):
            demand.run(apparent, start_us, end_us)

    def close_periods(self, now_us: int, *, midnight: bool) -> None:
        """End the periods that end at this instant."""
        if now_us % UMOY_PERIOD_US == 0:
            for phase in self.phases:
                mean = phase.voltage.close()
                phase.voltage_mean_v = phase.voltage_mean_v if mean is None else mean
        if now_us % CURVE_PERIOD_US == 0:
            self.curve_drawn_w = [self._curve_drawn.close(), self.curve_drawn_w[0]]
            self.curve_injected_w = [self._curve_injected.close(), self.curve_injected_w[0]]
        if midnight:
            for demand in (self.demand, self.demand_injected, *(phase.demand for phase in self.phases)):
                demand.close_day(now_us)

    def _demands(self, power: Power) -> list[tuple[Demand, int]]:
        demands = [(self.demand, max(power.signed_va, 0)), (self.demand_injected, max(-power.signed_va, 0))]
        if len(self.phases) > 1:
            demands += [(phase.demand, max(va, 0)) for phase, va in zip(self.phases, power.phase_va, strict=True)]
        return demands
