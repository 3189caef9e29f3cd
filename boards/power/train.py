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

_ROUNDED_V = 1e-9  # by the way there and back


@dataclass(frozen=True)
class PowerState:
    """A supply and a load.

    Attributes:
        name: of the load, or ``off``.
        load: of the rail.
        balance: of the currents.
        off_terminal_v: the device loses its rail when the terminals, on the average of a burst, fall to here.
        on_terminal_v: it gets it back when they rise to here.
        restart_terminal_v: once it was reset it gets it back only when the terminals, with nothing but the reset to
            feed, were down to here; infinite: always.
        falls_v: the voltage at the terminals, in the middle of a burst, that ``off_terminal_v`` means.
    """

    name: str
    load: RailLoad
    balance: Balance
    off_terminal_v: float
    on_terminal_v: float
    restart_terminal_v: float = inf
    falls_v: float = -inf
    _inner_v: dict[float, float] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def flow(self) -> Flow:
        """The motion of the capacitor's inner voltage."""
        balance = self.balance
        return Flow(balance.net_a, balance.capacitance_f, balance.knots, falls_from_v=balance.falls_from_v)

    @cached_property
    def off_v(self) -> float:
        """Inner voltage of ``off_terminal_v``; minus infinity where none is too low, as while nothing is drawn."""
        return -inf if self.off_terminal_v == -inf else self.balance.inner_v(self.off_terminal_v)

    @cached_property
    def on_v(self) -> float:
        """Inner voltage of ``on_terminal_v``."""
        return self.balance.inner_v(self.on_terminal_v)

    @property
    def restarts(self) -> bool:
        """Whether a rail that is lost in this load is so low that the microcontroller starts again."""
        return self.falls_v <= self.restart_terminal_v + _ROUNDED_V

    @cached_property
    def restart_v(self) -> float:
        """Inner voltage of ``restart_terminal_v``, which is not infinite."""
        return self.balance.inner_v(self.restart_terminal_v)

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
        elif power.regulator.kind == "buck":
            on_v = max(on_v, power.regulator.input_min_v)
        if power.wake_up is not None:
            on_v = max(on_v, power.wake_up.on_v)
        if name == OFF:
            return PowerState(name, load, balance, -inf, on_v, self._restart_terminal_v)
        off_v = self._off_terminal_v(load, balance)
        falls_v = off_v - self._dip_v(load, balance)
        return PowerState(name, load, balance, off_v, on_v, self._restart_terminal_v, falls_v)

    @property
    def _restart_terminal_v(self) -> float:
        """At the terminals: where the rail of a reset microcontroller is at ``restart_below_v``, or taken from it."""
        power, regulator = self.power, self.power.regulator
        if power.mcu.restart_below_v is None:
            return inf
        restart_v = regulator.input_min_v
        if regulator.kind != "boost":
            follows_v = power.mcu.restart_below_v + regulator.dropout_ohm * power.mcu.off_a
            restart_v = follows_v if regulator.kind == "ldo" else max(follows_v, restart_v)
        return restart_v if power.wake_up is None else max(restart_v, power.wake_up.off_v)

    def _dip_v(self, load: RailLoad, balance: Balance) -> float:
        """By which a burst takes the terminals below their average."""
        return balance.esr_ohm * (self.burst_a(load, balance) - load.current_a)

    def _off_terminal_v(self, load: RailLoad, balance: Balance) -> float:
        power = self.power
        burst_a, dip_v = self.burst_a(load, balance), self._dip_v(load, balance)
        if power.regulator.kind == "boost":
            lost_v = power.regulator.input_min_v + dip_v
        else:
            lost_v = power.mcu.brown_out_v + power.regulator.dropout_ohm * burst_a + dip_v
            if power.regulator.kind == "buck":
                lost_v = max(lost_v, power.regulator.input_min_v + dip_v)
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
