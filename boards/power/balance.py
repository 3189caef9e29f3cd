# SPDX-License-Identifier: Apache-2.0
"""The currents at the capacitor at an instant: what comes in, what goes out, and where the power is lost.

Everything depends on the capacitor's inner voltage alone while supply and load stay what they are. The loop
of the rectifier holds its own resistance, the diodes' and the capacitor's ESR, and sees the voltage lowered by
what the load takes through that ESR: so the mean agrees with a simulation of each carrier period.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

from ..description.parts import ROOM_C, Capacitor, Rectifier
from ..description.power import PowerDescription
from ..ports import SupplyPort
from .constant_power_response import ConstantPowerResponse, rising_root
from .curve import HermiteCurve, root
from .rectifier import CarrierMeans, carrier_means

__all__ = ["FADES_V", "Balance", "Losses", "charging_curve"]

FADES_V = 0.5  # below it nothing runs: what a load still draws falls with the voltage, as through a resistor
_FINE = 1e-11  # of a curve of the charging current, relative
_FINEST = 1e-14  # the same, relative to its largest: less is what a double rounds
_TRIES = 60
_HIGHEST_V = 60.0  # no board's voltage comes here


@dataclass(frozen=True, slots=True)
class Losses:
    """Power at an instant, watts; what comes in is stored or one of these.

    Attributes:
        source_w: of the meter's open-circuit voltage: all that comes in.
        meter_w: lost in the meter's resistance and the board's series resistor.
        diode_w: in the rectifier.
        charger_w: in the regulator before the capacitor, and the clamp at its input.
        clamp_w: in the clamp across the capacitor.
        esr_w: in the capacitor's series resistance.
        leakage_w: in its leakage.
        regulator_w: in the regulator to the rail, and in the comparator.
        delivered_w: to the rail.
    """

    source_w: float
    meter_w: float
    diode_w: float
    charger_w: float
    clamp_w: float
    esr_w: float
    leakage_w: float
    regulator_w: float
    delivered_w: float


class Balance:
    """One power train on one supply with one load.

    Args:
        power: lives on the TIC.
        supply: what terminals I1-A give.
        rail_a: what the rail draws.
        on: whether the rail is up, so that the regulator draws too.
        temperature_c: of all parts.
        charging: curve of the charging current from ``charging_curve``, shared by the loads of one supply.
    """

    def __init__(
        self,
        power: PowerDescription,
        supply: SupplyPort,
        rail_a: float,
        *,
        temperature_c: float = ROOM_C,
        charging: HermiteCurve | None = None,
    ) -> None:
        assert power.rectifier is not None and power.capacitor is not None
        self.rectifier: Rectifier = power.rectifier
        self.capacitor: Capacitor = power.capacitor
        self._leakage_s = self.capacitor.leakage_s
        self._charger, self._clamp, self._regulator = power.charger, power.clamp, power.regulator
        self._rail_a = rail_a
        self._idle_a = power.regulator.quiescent_a + (power.wake_up.quiescent_a if power.wake_up else 0.0)
        self._temperature_c = temperature_c
        self._peak_v = sqrt(2) * supply.open_circuit_v
        self.esr_ohm = self.capacitor.esr_ohm * (1 + self.capacitor.esr_per_k * (temperature_c - ROOM_C))
        self.capacitance_f = self.capacitor.capacitance_f * (
            1 + self.capacitor.capacitance_per_k * (temperature_c - ROOM_C)
        )
        self._loop_ohm = _loop_ohm(power, supply, self.esr_ohm)
        self._esr_in_loop_ohm = _esr_in_loop_ohm(power, self.esr_ohm)
        self._highest_v = _edge_v(self.rectifier, self._peak_v) + (self.rectifier.diode.forward_v is None)
        self._charging = charging or charging_curve(power, supply, temperature_c=temperature_c)
        self._full_a = rail_a + self._idle_a
        self._full_drop_v = self.esr_ohm * self._full_a
        self._clamps_at_v = inf if self._clamp is None else self._clamp.voltage_v
        self._simple = power.charger is None and power.regulator.kind == "ldo"
        may_collapse = power.regulator.kind != "ldo" and rail_a > 0 and self.esr_ohm > 0
        lowest_v = -FADES_V if may_collapse else None
        self._response = ConstantPowerResponse(lambda v: self._from(v)[3], lowest_v, _HIGHEST_V)

    def net_a(self, inner_v: float) -> float:
        """What flows into the capacitance proper at its inner voltage: C · dV/dt."""
        if self._simple:  # asked for most often by far: no way round to what is asked for
            full_a = self._full_a
            charge_a = self._charging(inner_v - self._full_drop_v)
            if FADES_V <= inner_v + self.esr_ohm * (charge_a - full_a) <= self._clamps_at_v:
                return charge_a - full_a - inner_v * self._leakage_s
            charge_a, drawn_a, _ = self._fading_or_clamped(inner_v, charge_a)
        else:
            charge_a, drawn_a, _ = self._currents(inner_v)
        return charge_a - drawn_a - inner_v * self._leakage_s

    def terminal_v(self, inner_v: float) -> float:
        """The capacitor's voltage at its terminals, where everything else hangs."""
        if self._simple:
            charge_a = self._charging(inner_v - self._full_drop_v)
            terminal_v = inner_v + self.esr_ohm * (charge_a - self._full_a)
            if FADES_V <= terminal_v <= self._clamps_at_v:
                return terminal_v
            return self._fading_or_clamped(inner_v, charge_a)[2]
        return self._currents(inner_v)[2]

    def charge_a(self, inner_v: float) -> float:
        """Into the node at the terminals."""
        return self._currents(inner_v)[0]

    def drawn_a(self, inner_v: float) -> float:
        """Out of the node at the terminals: rail, regulator and clamp."""
        return self._currents(inner_v)[1]

    def inner_v(self, terminal_v: float) -> float:
        """The lowest inner voltage at which the terminals show a voltage."""
        if self._charger is not None:
            return self._response.lowest(terminal_v)
        esr_ohm = self.esr_ohm
        return self._response.lowest(rising_root(lambda v: v + esr_ohm * self._charging(v) - terminal_v, terminal_v))

    @property
    def knots(self) -> Sequence[float]:
        """Inner voltages at which the current has an edge."""
        edges = [FADES_V]
        if self._clamp is not None:
            edges.append(self._clamp.voltage_v)
        if self._regulator.kind == "buck":
            edges.append(self._regulator.output_v / self._regulator.efficiency)
        charger = self._charger
        if charger is not None:
            edges += _zero(lambda v: self._offered_a(v) - self._allowed_a(v), charger.output_v)
            edges += _zero(self._offered_a, charger.output_v)
        return sorted({*(self.inner_v(edge) for edge in edges), *self._response.collapses_at_v})

    @property
    def falls_from_v(self) -> float:
        """Inner voltage from which on the current falls: more leaks and is clamped, and less comes. Infinite where a
        charger or a converter makes that less plain."""
        return self.inner_v(FADES_V) if self._simple else inf

    def losses(self, inner_v: float) -> Losses:
        """Where the power goes, from the exact means of the rectifier."""
        charge_a, drawn_a, terminal_v = self._currents(inner_v)
        means, charger_w = self._means(inner_v, terminal_v, charge_a, drawn_a)
        rail_a, idle_a = self._rail(terminal_v), self._idle(terminal_v)
        clamp_a = self._clamped(terminal_v)
        esr_ohm = self.esr_ohm
        esr_w = esr_ohm * (charge_a - drawn_a) ** 2
        if self._charger is None:
            # The pulses of the carrier flow through the ESR: that part of the loop's loss is the capacitor's
            pulses_w = means.resistor_w * self._esr_in_loop_ohm / self._loop_ohm
            esr_w = pulses_w - 2 * esr_ohm * charge_a * drawn_a + esr_ohm * drawn_a**2
        else:
            pulses_w = 0.0
        diode_share = self._diodes_ohm() / self._loop_ohm
        delivered_w = rail_a * self._rail_v(terminal_v)
        return Losses(
            source_w=means.source_w,
            meter_w=means.resistor_w * (1 - diode_share) - pulses_w,
            diode_w=means.diode_w + means.resistor_w * diode_share,
            charger_w=charger_w,
            clamp_w=clamp_a * terminal_v,
            esr_w=esr_w,
            leakage_w=inner_v**2 * self.capacitor.leakage_s,
            regulator_w=(self._drawn_by_rail(terminal_v) + idle_a) * terminal_v - delivered_w,
            delivered_w=delivered_w,
        )

    def _means(self, inner_v: float, terminal_v: float, charge_a: float, drawn_a: float) -> tuple[CarrierMeans, float]:
        """Means of the rectifier, and what the charger loses."""

        def means(output_v: float) -> CarrierMeans:
            return carrier_means(
                self.rectifier,
                output_v,
                peak_v=self._peak_v,
                loop_ohm=self._loop_ohm,
                temperature_c=self._temperature_c,
            )

        charger = self._charger
        if charger is None:
            return means(inner_v - self.esr_ohm * drawn_a), 0.0
        if self._peak_v <= 0 or charge_a <= 0:
            return CarrierMeans(0.0, 0.0, 0.0, 0.0, 0.0), 0.0
        wanted_a = charge_a + charger.quiescent_a
        before_v = terminal_v + charger.drop_v
        if self._allowed_a(terminal_v) < self._offered_a(terminal_v):  # it limits: its input rises until no more comes
            before_v = root(lambda v: means(v).current_a - wanted_a, before_v, self._highest_v, tolerance=1e-14)
            if charger.input_clamp_v is not None:
                before_v = min(before_v, charger.input_clamp_v)
        at_input = means(before_v)
        return at_input, at_input.current_a * before_v - charge_a * terminal_v

    def before_charger_v(self, inner_v: float) -> float:
        """The charger's input; the capacitor's terminal where there is no charger."""
        charge_a, _, terminal_v = self._currents(inner_v)
        charger = self._charger
        if charger is None or self._peak_v <= 0:
            return terminal_v
        if self._allowed_a(terminal_v) >= self._offered_a(terminal_v):
            return terminal_v + charger.drop_v
        wanted_a = charge_a + charger.quiescent_a
        free_v = root(lambda v: self._charging(v) - wanted_a, terminal_v, self._highest_v)
        return free_v if charger.input_clamp_v is None else min(free_v, charger.input_clamp_v)

    def _currents(self, inner_v: float) -> tuple[float, float, float]:
        """Into the node at the terminals, out of it, and its voltage."""
        esr_ohm = self.esr_ohm
        if self._simple:
            charge_a = self._charging(inner_v - self._full_drop_v)
            terminal_v = inner_v + esr_ohm * (charge_a - self._full_a)
            if FADES_V <= terminal_v <= self._clamps_at_v:
                return charge_a, self._full_a, terminal_v
            return self._fading_or_clamped(inner_v, charge_a)
        return self._from(inner_v if esr_ohm == 0 else self._response.solve(inner_v))[:3]

    def _from(self, lead_v: float) -> tuple[float, float, float, float]:
        """The same, and the inner voltage: over the voltage of which all of them are functions.

        That is the one which the rectifier sees, its own pulses through the ESR being part of its loop; with a
        charger, that of the terminals.
        """
        if self._charger is None:
            charge_a = self._charging(lead_v)
            terminal_v = lead_v + self.esr_ohm * charge_a
        else:
            charge_a = max(min(self._offered_a(lead_v), self._allowed_a(lead_v)), 0.0)
            terminal_v = lead_v
        drawn_a = self._drawn_by_rail(terminal_v) + self._idle(terminal_v) + self._clamped(terminal_v)
        return charge_a, drawn_a, terminal_v, terminal_v - self.esr_ohm * (charge_a - drawn_a)

    def _fading_or_clamped(self, inner_v: float, charge_a: float) -> tuple[float, float, float]:
        """The same where nothing but LDO and clamp hangs on the capacitor: what they draw is piecewise linear.

        Args:
            inner_v: at which the LDO draws less than its all, or the clamp something.
            charge_a: what would flow in if that were not so.
        """
        esr_ohm, clamp, full_a = self.esr_ohm, self._clamp, self._full_a
        clamp_ohm = inf if clamp is None else clamp.resistance_ohm
        softened, clamps_at_v = 1 + esr_ohm / clamp_ohm, self._clamps_at_v
        low_v, high_v, piece = self._charging.around(inner_v - self._full_drop_v)
        for _ in range(_TRIES):  # Newton's: what the curve says and what flows become one
            terminal_v = inner_v + esr_ohm * (charge_a - full_a)
            drawn_a, drawn_more = full_a, 0.0
            if terminal_v < FADES_V:
                fading_s = full_a / FADES_V
                terminal_v = inner_v + esr_ohm * charge_a
                drawn_more = esr_ohm * fading_s / (1 + esr_ohm * fading_s) if terminal_v > 0 else 0.0
                drawn_a = fading_s * max(terminal_v, 0.0) / (1 + esr_ohm * fading_s)
            elif terminal_v > clamps_at_v:
                drawn_more = esr_ohm / softened / clamp_ohm
                drawn_a += (terminal_v - clamps_at_v) / softened / clamp_ohm
            behind_v = inner_v - esr_ohm * drawn_a
            if not low_v <= behind_v < high_v:
                low_v, high_v, piece = self._charging.around(behind_v)
            # a call of the curve, without the way to its piece: the same one from try to try
            v, width, at_v_a, chord, a, b = piece
            u = (behind_v - v) / width
            rest = 1 - u
            bend = a * rest + b * u
            slope_s = (chord + (rest - u) * bend + u * rest * (b - a)) / width
            before_a = charge_a
            off_a = at_v_a + u * (chord + rest * bend) - charge_a
            charge_a += off_a / (1 + slope_s * esr_ohm * drawn_more)
            if abs(charge_a - before_a) <= 1e-16 + 1e-14 * abs(charge_a):
                break
        return charge_a, drawn_a, inner_v + esr_ohm * (charge_a - drawn_a)

    def _offered_a(self, terminal_v: float) -> float:
        """What comes through the charger while it does not limit."""
        assert self._charger is not None
        if self._peak_v <= 0:
            return 0.0
        return self._charging(terminal_v + self._charger.drop_v) - self._charger.quiescent_a

    def _allowed_a(self, terminal_v: float) -> float:
        """What it lets through near its output voltage."""
        assert self._charger is not None
        return (self._charger.output_v - terminal_v) / self._charger.output_ohm

    def _fading(self, terminal_v: float) -> float:
        return min(max(terminal_v, 0.0) / FADES_V, 1.0)

    def _rail_v(self, terminal_v: float) -> float:
        regulator = self._regulator
        if regulator.kind == "boost":
            return regulator.output_v * self._fading(terminal_v)
        return min(regulator.output_v, max(terminal_v - regulator.dropout_ohm * self._rail(terminal_v), 0.0))

    def _rail(self, terminal_v: float) -> float:
        return self._rail_a * self._fading(terminal_v)

    def _drawn_by_rail(self, terminal_v: float) -> float:
        regulator = self._regulator
        if regulator.kind == "ldo":
            return self._rail(terminal_v)
        # Where it fades, rail current and voltage do: what it draws is that of a resistor, never less than it delivers
        share = regulator.output_v / (regulator.efficiency * max(terminal_v, FADES_V))
        if regulator.kind == "buck":  # its switch is closed all the time at the most
            share = min(share, 1.0)
        full_a = self._rail_a * share
        return full_a * self._fading(terminal_v)

    def _idle(self, terminal_v: float) -> float:
        return self._idle_a * self._fading(terminal_v)

    def _clamped(self, terminal_v: float) -> float:
        if self._clamp is None:
            return 0.0
        return max(terminal_v - self._clamp.voltage_v, 0.0) / self._clamp.resistance_ohm

    def _diodes_ohm(self) -> float:
        diodes = 2 if self.rectifier.kind == "bridge" else 1
        return diodes * self.rectifier.diode.series_ohm if self.rectifier.diode.forward_v is None else 0.0


def charging_curve(
    power: PowerDescription, supply: SupplyPort, *, temperature_c: float = ROOM_C, fine: float = _FINE
) -> HermiteCurve:
    """Mean current of the rectifier over the voltage behind it; what takes longest to reckon, shared by all loads.

    Args:
        power: lives on the TIC.
        supply: what terminals I1-A give.
        temperature_c: of all parts.
        fine: largest error, relative; a fit, which draws hundreds of them, wants less.
    """
    assert power.rectifier is not None and power.capacitor is not None
    rectifier = power.rectifier
    esr_ohm = power.capacitor.esr_ohm * (1 + power.capacitor.esr_per_k * (temperature_c - ROOM_C))
    loop_ohm = _loop_ohm(power, supply, esr_ohm)
    peak_v = sqrt(2) * supply.open_circuit_v

    def current(output_v: float) -> tuple[float, float]:
        means = carrier_means(rectifier, output_v, peak_v=peak_v, loop_ohm=loop_ohm, temperature_c=temperature_c)
        return means.current_a, means.slope_s

    lowest_v = -1.0 - 2 * esr_ohm  # a load of two amperes through the ESR
    edge_v = max(_edge_v(rectifier, peak_v), 0.1)
    largest_a = max(current(0.0)[0], 1e-6)
    knots = {lowest_v, 0.0, edge_v, max(2 * edge_v, _HIGHEST_V)}
    return HermiteCurve.growing(current, sorted(knots), fine / _FINE * _FINEST * largest_a, relative=fine)


def _edge_v(rectifier: Rectifier, peak_v: float) -> float:
    """Behind a rectifier without leakage it rises so far; else not a volt more."""
    whole_v = peak_v * (2 if rectifier.kind == "doubler" else 1)
    return whole_v if rectifier.diode.forward_v is None else whole_v - 2 * rectifier.diode.forward_v


def _loop_ohm(power: PowerDescription, supply: SupplyPort, esr_ohm: float) -> float:
    assert power.rectifier is not None
    diode = power.rectifier.diode
    bridge = power.rectifier.kind == "bridge"
    diodes_ohm = (2 if bridge else 1) * (diode.series_ohm if diode.forward_v is None else 0.0)
    return supply.source_ohm + power.rectifier.series_ohm + diodes_ohm + _esr_in_loop_ohm(power, esr_ohm)


def _esr_in_loop_ohm(power: PowerDescription, esr_ohm: float) -> float:
    assert power.rectifier is not None
    # A charger smooths its input, so the capacitor sees no pulses; a doubler's pump sees half of them
    if power.charger is not None:
        return 0.0
    return esr_ohm if power.rectifier.kind == "bridge" else esr_ohm / 2


def _zero(function: Callable[[float], float], high_v: float) -> Sequence[float]:
    """Where a function is zero between 0 and a voltage, if it changes its sign there."""
    if (function(0.0) < 0) == (function(high_v) < 0):
        return ()
    return (root(function, 0.0, high_v, tolerance=1e-14),)
