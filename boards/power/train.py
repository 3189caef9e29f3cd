# SPDX-License-Identifier: Apache-2.0
"""A power train with its states: each supply and each load has its own motion and its own thresholds."""

from dataclasses import dataclass, field
from functools import cached_property
from math import exp, inf

from xky.protocol import InputError

from ..description.parts import ROOM_C
from ..description.power import PowerDescription, RailLoad
from ..description.states import OFF
from ..ports import SupplyPort
from .balance import Balance, charging_curve
from .curve import HermiteCurve
from .flow import Flow

__all__ = ["PowerState", "Train"]


@dataclass(frozen=True)
class PowerState:
    """A supply and a load.

    Attributes:
        name: of the load, or ``off``.
        load: of the rail.
        balance: of the currents.
        off_terminal_v: the device loses its rail when the terminals, on the average of a burst, fall to here.
        on_terminal_v: it gets it back when they rise to here.
    """

    name: str
    load: RailLoad
    balance: Balance
    off_terminal_v: float
    on_terminal_v: float
    _inner_v: dict[float, float] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def flow(self) -> Flow:
        """The motion of the capacitor's inner voltage."""
        return Flow(self.balance.net_a, self.balance.capacitance_f, self.balance.knots)

    @cached_property
    def off_v(self) -> float:
        """Inner voltage of ``off_terminal_v``."""
        return self.balance.inner_v(self.off_terminal_v)

    @cached_property
    def on_v(self) -> float:
        """Inner voltage of ``on_terminal_v``."""
        return self.balance.inner_v(self.on_terminal_v)

    def inner_v(self, terminal_v: float) -> float:
        """Inner voltage of any voltage at the terminals; firmware asks for the same few again and again."""
        known = self._inner_v.get(terminal_v)
        if known is None:
            known = self._inner_v[terminal_v] = self.balance.inner_v(terminal_v)
        return known

    def terminal_v(self, inner_v: float) -> float:
        """And back."""
        return self.balance.terminal_v(inner_v)


class Train:
    """A board's power train at a temperature.

    Args:
        power: it lives on the TIC.
        temperature_c: of all parts.
    """

    def __init__(self, power: PowerDescription, *, temperature_c: float = ROOM_C) -> None:
        self.power = power
        self.temperature_c = temperature_c
        self._charging: dict[tuple[float, float], HermiteCurve] = {}
        self._states: dict[tuple[float, float, str], PowerState] = {}

    def state(self, supply: SupplyPort, name: str) -> PowerState:
        """The state of a load by its name, ``off`` included; made once.

        Raises:
            InputError: the board's file has no such load.
        """
        key = supply.open_circuit_v, supply.source_ohm, name
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = self._make(supply, name)
        return state

    def _make(self, supply: SupplyPort, name: str) -> PowerState:
        power = self.power
        if name != OFF and name not in power.loads:
            raise InputError(f"power.loads.{name}: missing; the firmware draws it, so write what it draws")
        key = supply.open_circuit_v, supply.source_ohm
        if key not in self._charging:
            self._charging[key] = charging_curve(power, supply, temperature_c=self.temperature_c)
        load = RailLoad(current_a=power.mcu.off_a) if name == OFF else power.loads[name]
        balance = Balance(power, supply, load.current_a, temperature_c=self.temperature_c, charging=self._charging[key])
        on_v = power.mcu.power_on_v
        if power.regulator.kind == "boost":
            on_v = power.regulator.input_min_v
        if power.wake_up is not None:
            on_v = max(on_v, power.wake_up.on_v)
        if name == OFF:
            return PowerState(name, load, balance, -inf, on_v)
        return PowerState(name, load, balance, self._off_terminal_v(load, balance), on_v)

    def _off_terminal_v(self, load: RailLoad, balance: Balance) -> float:
        power = self.power
        burst_a = self.burst_a(load, balance)
        dip_v = balance.esr_ohm * (burst_a - load.current_a)
        if power.regulator.kind == "boost":
            lost_v = power.regulator.input_min_v + dip_v
        else:
            lost_v = power.mcu.brown_out_v + power.regulator.dropout_ohm * burst_a + dip_v
        if power.wake_up is not None:
            lost_v = max(lost_v, power.wake_up.off_v + dip_v)
        return lost_v

    def burst_a(self, load: RailLoad, balance: Balance) -> float:
        """Current through regulator and capacitor at the end of a burst: the bulk capacitance gives the rest."""
        if load.peak_a is None:
            return load.current_a
        extra_a = load.peak_a - load.current_a
        ohm = balance.esr_ohm + self.power.regulator.dropout_ohm
        if self.power.bulk is None or ohm == 0:
            return load.peak_a
        return load.current_a + extra_a * (1 - exp(-load.peak_s / (ohm * self.power.bulk.capacitance_f)))
