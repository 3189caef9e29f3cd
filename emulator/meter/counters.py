# SPDX-License-Identifier: Apache-2.0
"""All that a meter counts over constant power, and what happens to it at periods' ends and midnights.

Between two changes power and tariff are constant: a *segment*. Energies are brought forward whenever
somebody looks; means and filters that show nothing new wait for the end of the segment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import lcm
from random import Random

from ..contracts import Tariff
from ..legal_time import SECOND_US
from .clock import MeterClock
from .demand import Demand, MaximaSeen, Maximum
from .electrical import ElectricalState
from .registers import EnergyRegister, MeansSeen, PeriodMeans

__all__ = ["CURVE_PERIOD_US", "UMOY_PERIOD_US", "Counters", "Energies", "Past"]

UMOY_PERIOD_US = 600 * SECOND_US  # 54E §6.2.3.13: 10 min, programmable
CURVE_PERIOD_US = 1800 * SECOND_US  # 54E states no period; 10, 15, 30 and 60 min were seen
_DAY_US = 86_400 * SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """What the energy registers stand at: Wh, and VArh of ``reactive``; see ``Counters``."""

    drawn: int = 0
    supplier: Sequence[int] = (0,) * 10
    distributor: Sequence[int] = (0,) * 4
    injected: int = 0
    reactive: Sequence[int] = (0,) * 4

    @classmethod
    def drawn_by(cls, rng: Random, indexes: frozenset[int], distributor_indexes: int, *, producer: bool) -> "Energies":
        """Those of a meter that has been in use for some years, drawn at random.

        Args:
            rng: of the draw.
            indexes: of the supplier, those in use.
            distributor_indexes: how many of the distributor are in use.
            producer: whether it counts what is injected, too.
        """
        supplier = [rng.randrange(10**5, 3 * 10**7) if n in indexes else 0 for n in range(1, 11)]
        total = sum(supplier)
        cuts = sorted(rng.randrange(total) for _ in range(3)) if distributor_indexes > 1 else [total] * 3
        return cls(
            drawn=total,
            supplier=supplier,
            distributor=[b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)],
            injected=rng.randrange(10**6) if producer else 0,
            reactive=[rng.randrange(10**6) if producer else 0 for _ in range(4)],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a meter remembers: maxima and means; see ``Counters``. Nothing where it is not told."""

    demand: MaximaSeen = field(default_factory=MaximaSeen)
    demand_injected: MaximaSeen = field(default_factory=MaximaSeen)
    phase_demands: Sequence[MaximaSeen] = ()
    voltages: Sequence[MeansSeen] = ()
    curve_drawn: MeansSeen = field(default_factory=MeansSeen)
    curve_injected: MeansSeen = field(default_factory=MeansSeen)
    curve_running: bool = True


@dataclass
class _Phase:
    demand: Demand = field(default_factory=Demand)
    voltage: PeriodMeans = field(default_factory=lambda: PeriodMeans(UMOY_PERIOD_US))


class Counters:
    """Energies, demand maxima, load curves and mean voltages.

    Attributes:
        supplier: Wh by supplier index, 1 first (EASF01 …).
        distributor: Wh by distributor index, 1 first (EASD01 …).
        drawn, injected: Wh in all (EAST, EAIT).
        reactive: VArh by quadrant, 1 first (ERQ1 …).
        curve_drawn, curve_injected: mean power in W (CCASN, CCAIN).
        curve_running: whether there is a load curve at all (54E §6.2.3.12).
        curves: everything that ends with a period of the clock.
        demands: every filtered power.
        turns: moves when an energy shows another number.
    """

    def __init__(self, phases: int, energies: Energies) -> None:
        self.phases = [_Phase() for _ in range(phases)]
        self.demand, self.demand_injected = Demand(), Demand()
        self.curve_drawn, self.curve_injected = PeriodMeans(CURVE_PERIOD_US), PeriodMeans(CURVE_PERIOD_US)
        self.curves = (self.curve_drawn, self.curve_injected, *(phase.voltage for phase in self.phases))
        self.demands = (self.demand, self.demand_injected, *(phase.demand for phase in self.phases))
        self.curve_running = True
        self.turns = 0
        self._power: ElectricalState | None = None  # of the segment; none before the first
        self.write(energies)

    def write(self, energies: Energies) -> None:
        """Let the energies be these."""
        self.supplier, self.distributor = list(energies.supplier), list(energies.distributor)
        self.drawn, self.injected = EnergyRegister(energies.drawn), EnergyRegister(energies.injected)
        self.reactive = [EnergyRegister(count) for count in energies.reactive]

    def start_at_zero(self) -> None:
        """A meter fresh from the factory."""
        self.write(Energies())

    def take_over(self, other: "Counters") -> None:
        """The energies of another meter."""
        self.supplier, self.distributor = list(other.supplier), list(other.distributor)
        self.drawn, self.injected = replace(other.drawn), replace(other.injected)
        self.reactive = [replace(energy) for energy in other.reactive]

    def settle(self, power: ElectricalState, now_us: int, midnight_us: int) -> None:
        """The past before the start: this power, for ever; yesterday's maxima in its evening."""
        evening_us = midnight_us - 2 * _DAY_US + 70_000 * SECOND_US
        for demand, apparent_va in zip(self.demands, _apparents(power), strict=True):
            demand.settle(apparent_va, now_us)
            demand.days.clear()
            demand.days.extend(Maximum(round(apparent_va), evening_us - age * _DAY_US) for age in range(6))
        drawn, injected = max(power.net_mw, 0), max(-power.net_mw, 0)
        self.curve_drawn.settle(round(drawn / 1000), now_us, drawn)
        self.curve_injected.settle(round(injected / 1000), now_us, injected)
        for phase, volts in zip(self.phases, power.voltages_v, strict=True):
            phase.voltage.settle(round(volts), now_us, round(volts * 1000))

    def recall(self, past: Past, now_us: int) -> None:
        """Let maxima and means be these, as far as they are told."""
        self.demand.recall(past.demand)
        self.demand_injected.recall(past.demand_injected)
        for phase, demand, voltage in zip(self.phases, past.phase_demands, past.voltages, strict=False):
            phase.demand.recall(demand)
            phase.voltage.recall(voltage, now_us)
        self.curve_running = past.curve_running
        self.curve_drawn.recall(past.curve_drawn, now_us)
        self.curve_injected.recall(past.curve_injected, now_us)

    # A segment

    def begin(self, power: ElectricalState, tariff: Tariff, at_us: int, clock: MeterClock) -> None:
        """From ``at_us`` on: this power under this tariff, by this clock."""
        self._power, self._begun_us, self._counted_us, self._clock = power, at_us, at_us, clock
        self._drawn_mw, self._injected_mw = max(power.net_mw, 0), max(-power.net_mw, 0)
        self._reactive, self._reactive_mvar = self.reactive[power.quadrant - 1], abs(power.reactive_mvar)
        self._supplier, self._distributor = tariff.supplier_index - 1, tariff.distributor_index - 1
        self._apparents = _apparents(power)
        self._means_milli = (self._drawn_mw, self._injected_mw, *(round(volts * 1000) for volts in power.voltages_v))
        self.go_on()

    def go_on(self) -> None:
        """The same power and tariff behind the end of a period."""
        self.rising = any(d.rises(va) for d, va in zip(self.demands, self._apparents, strict=True))

    @property
    def rests(self) -> bool:
        """Whether nothing but energies and means goes on."""
        return all(d.rests_at(va) for d, va in zip(self.demands, self._apparents, strict=True))

    def count(self, to_us: int) -> None:
        """Bring forward what shows: energies, and maxima that rise."""
        duration = to_us - self._counted_us
        self._counted_us = to_us
        if self._drawn_mw:
            units = self.drawn.add(self._drawn_mw, duration)
            if units:
                self.supplier[self._supplier] += units
                self.distributor[self._distributor] += units
                self.turns += 1
        elif self._injected_mw and self.injected.add(self._injected_mw, duration):
            self.turns += 1
        if self._reactive_mvar and self._reactive.add(self._reactive_mvar, duration):
            self.turns += 1
        if self.rising:
            self._flush(to_us)

    def resume(self, at_us: int) -> None:
        """Nothing was measured up to ``at_us``."""
        self._begun_us = self._counted_us = at_us

    def end(self, to_us: int) -> None:
        """The segment ends, if there is one: everything is brought forward."""
        if self._power is None:
            return
        self.count(to_us)
        self._flush(to_us)

    def _flush(self, to_us: int) -> None:
        begun, duration = self._begun_us, to_us - self._begun_us
        self._begun_us = to_us
        if not duration or self._power is None:
            return
        for curve, value_milli in zip(self.curves, self._means_milli, strict=True):
            curve.add(value_milli, duration)
        for demand, apparent_va in zip(self.demands, self._apparents, strict=True):
            demand.run(apparent_va, begun, to_us, self._clock)

    # Boundaries, on the meter's clock

    def next_period_end(self, clock_us: int) -> int:
        """The next end of a period, strictly later."""
        return min([(clock_us // curve.period_us + 1) * curve.period_us for curve in self.curves])

    @property
    def common_period_us(self) -> int:
        """At each multiple of it on the meter's clock every period ends."""
        return lcm(*[curve.period_us for curve in self.curves])

    def close_periods(self, clock_us: int) -> None:
        """End the periods that end at this instant."""
        for curve in self.curves:
            if clock_us % curve.period_us == 0:
                curve.close(clock_us)

    def close_day(self, clock_us: int) -> None:
        """Midnight."""
        for demand in self.demands:
            demand.close_day(clock_us)

    def rest_filters(self) -> None:
        """An outage: the demand filters start at rest."""
        for demand in self.demands:
            demand.filtered = 0.0

    def break_periods(self) -> None:
        """An outage or a new clock: the periods under way are not whole."""
        for curve in self.curves:
            curve.whole = False


def _apparents(power: ElectricalState) -> tuple[float, ...]:
    """Apparent power as each of ``Counters.demands`` sees it, in VA."""
    return (power.drawn_va, power.injected_va, *(max(mva, 0) / 1000 for mva in power.phase_mva))
