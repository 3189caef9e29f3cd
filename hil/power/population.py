# SPDX-License-Identifier: Apache-2.0
"""Many boards at once: from an empty capacitor to the first wake, and through many cycles.

The same equations, states and thresholds as ``boards/power/``, over arrays. Inside a state one Runge-Kutta step
serves as long as it is short against the capacitor's time constant. Where a clamp or a charger holds the voltage
that constant is a thousand times shorter, but over so few volts the current is a parabola: there the equation is
solved as it stands, and the instant at which a board comes into that region or leaves it is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xky.boards.board import Board
from xky.boards.power.balance import FADES_V
from xky.boards.power.curve import gauss
from xky.boards.power.description import RUN, SLEEP
from xky.boards.power.parts import ROOM_C
from xky.boards.power.train import OFF
from xky.protocol import InputError

from .points import OPEN_CIRCUIT, PERIOD, SOURCE, TEMPERATURE, Points
from .rectified import Array, Diodes, RectifiedCurves

__all__ = ["Outcome", "PopulationState", "Trains", "check", "simulate_population"]

_AT_ONCE = 2048  # boards whose arrays stay in a processor's cache
_STEP = 0.08  # of the time constant: 1e-7 V
_SHORT = 2e-3  # of it; there two looks at the current serve as well as four
_MOST_STEPS = 1 << 14
_SETTLED_V = 1e-10
_AT_REST_V = 1e-12
_RUNS_S = 600.0  # a board that never sleeps is looked at so often
_NODES = gauss(24)
_NEWTON_STEPS = 8
_CROSSING_STEPS = 3  # of Newton's method from a straight line


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of n boards; one element each.

    Attributes:
        starts: it comes to a first wake.
        start_s: from an empty capacitor to there; infinite where there is none.
        margin_v: at the terminals over brown-out, at the worst instant of all cycles; where there is no wake, the
            terminals' voltage over what it takes, which is negative too.
        lives: it starts, never browns out, and its wake fits into the period.
        worst: number of the phase with the least margin, in the order of ``phases``; -1 where there is no wake.
        wake_v: inner voltage at which the last wake began.
        wake_s: how long the wake lasts.
        phases: names of the loads, the sleep last.
        cycles: that were gone through until nothing changed any more.
    """

    starts: NDArray[np.bool_]
    start_s: Array
    margin_v: Array
    lives: NDArray[np.bool_]
    worst: NDArray[np.intp]
    wake_v: Array
    wake_s: Array
    phases: Sequence[str]
    cycles: int


class Trains:
    """The power trains of n boards, each on its supply.

    Args:
        points: of boards that live on the TIC.
    """

    def __init__(self, points: Points) -> None:
        power = points.board.power
        assert power is not None and power.rectifier is not None and power.capacitor is not None
        self.points, self._power = points, power
        above_c = points(TEMPERATURE) - ROOM_C
        self.esr_ohm = points("power.capacitor.esr_ohm") * (1 + points("power.capacitor.esr_per_k") * above_c)
        self.capacitance_f = points("power.capacitor.capacitance_f") * (
            1 + points("power.capacitor.capacitance_per_k") * above_c
        )
        self.leakage_s = points("power.capacitor.leakage_a") / points("power.capacitor.rated_v")
        self.idle_a = points("power.regulator.quiescent_a")
        if power.wake_up is not None:
            self.idle_a = self.idle_a + points("power.wake_up.quiescent_a")
        self.boost = power.regulator.kind == "boost"
        self.efficiency = points("power.regulator.efficiency")
        self.output_v = points("power.regulator.output_v")
        self.clamp = (
            None if power.clamp is None else (points("power.clamp.voltage_v"), points("power.clamp.resistance_ohm"))
        )
        self.charger = power.charger is not None
        if self.charger:
            self.charged_v, self.charger_ohm = points("power.charger.output_v"), points("power.charger.output_ohm")
            self.drop_v, self.charger_a = points("power.charger.drop_v"), points("power.charger.quiescent_a")
        self._peak_v = np.sqrt(2) * points(OPEN_CIRCUIT)
        self.loop_ohm = self._loop_ohm()
        self.charging = self._curves()

    def take(self, which: NDArray[np.intp]) -> "Trains":
        """Some of them, for what has been read from the points."""
        some = object.__new__(Trains)
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
        points, rectifier = self.points, self._power.rectifier
        assert rectifier is not None
        bridge = rectifier.kind == "bridge"
        loop_ohm = points(SOURCE) + points("power.rectifier.series_ohm")
        if rectifier.diode.forward_v is None:
            loop_ohm = loop_ohm + (2 if bridge else 1) * points("power.rectifier.diode.series_ohm")
        if not self.charger:  # a charger smooths its input: the capacitor sees no pulses then
            loop_ohm = loop_ohm + (self.esr_ohm if bridge else self.esr_ohm / 2)
        return loop_ohm

    def _curves(self) -> RectifiedCurves:
        points, rectifier = self.points, self._power.rectifier
        assert rectifier is not None
        halves, in_path = (1, 2) if rectifier.kind == "bridge" else (2, 1)
        thermal_v, saturation_a = points.diodes()
        drop_v = None
        if rectifier.diode.forward_v is not None:
            drop_v = in_path * points("power.rectifier.diode.forward_v")
        diodes = Diodes(halves, drop_v, in_path * thermal_v, saturation_a)
        most_a = self._peak_v / self.loop_ohm / halves
        if self.charger:
            high_v = self.charged_v + self.drop_v + 0.1
        elif self.clamp is not None:
            high_v = self.clamp[0] + (self.clamp[1] + self.esr_ohm) * most_a + 0.1
        else:
            high_v = np.full_like(most_a, np.inf)
        low_v = np.minimum(0.0, FADES_V - self.esr_ohm * most_a)
        return RectifiedCurves(diodes, peak_v=self._peak_v, loop_ohm=self.loop_ohm, low_v=low_v, high_v=high_v)

    def state(self, name: str) -> "PopulationState":
        """A load by its name, ``off`` included."""
        points, power = self.points, self._power
        rail_a = points("power.mcu.off_a") if name == OFF else points(f"power.loads.{name}.current_a")
        on_v = points("power.mcu.power_on_v")
        if self.boost:
            on_v = points("power.regulator.input_min_v")
        if power.wake_up is not None:
            on_v = np.maximum(on_v, points("power.wake_up.on_v"))
        off_v = np.full_like(on_v, -np.inf) if name == OFF else self._off_terminal_v(name, rail_a)
        return PopulationState(self, rail_a, off_v, on_v)

    def _off_terminal_v(self, name: str, rail_a: Array) -> Array:
        points, power = self.points, self._power
        dropout_ohm = np.zeros_like(rail_a)
        if not self.boost:
            dropout_ohm = points("power.regulator.dropout_v") / points("power.regulator.dropout_at_a")
        burst_a = rail_a
        if power.loads[name].peak_a is not None:
            peak_a = np.maximum(points(f"power.loads.{name}.peak_a"), rail_a)
            share = np.ones_like(rail_a)
            ohm = self.esr_ohm + dropout_ohm
            if power.bulk is not None:
                bulk_s = np.maximum(ohm * points("power.bulk.capacitance_f"), 1e-12)
                share = -np.expm1(-points(f"power.loads.{name}.peak_s") / bulk_s)
            burst_a = rail_a + (peak_a - rail_a) * share
        dip_v = self.esr_ohm * (burst_a - rail_a)
        if self.boost:
            lost_v = points("power.regulator.input_min_v") + dip_v
        else:
            lost_v = points("power.mcu.brown_out_v") + dropout_ohm * burst_a + dip_v
        if power.wake_up is not None:
            lost_v = np.maximum(lost_v, points("power.wake_up.off_v") + dip_v)
        return lost_v


class PopulationState:
    """One load of n trains: currents over the inner voltage, and the way of that voltage.

    Args:
        trains: n of them.
        rail_a: that the rail gives.
        off_terminal_v: brown-out.
        on_terminal_v: power on.
    """

    def __init__(self, trains: Trains, rail_a: Array, off_terminal_v: Array, on_terminal_v: Array) -> None:
        self._trains, self._rail_a = trains, rail_a
        self.off_terminal_v, self.on_terminal_v = off_terminal_v, on_terminal_v
        self._drawn_a = rail_a + trains.idle_a  # of an LDO, over FADES_V
        self._through_esr_v = trains.esr_ohm * self._drawn_a
        self._per_f = 1 / trains.capacitance_f
        self._simple = not trains.charger and not trains.boost
        self.floor_v = self.inner_v(np.full_like(rail_a, FADES_V))
        self.full_v, full_node_v, self._full_ohm = self._full()
        self._full_a, self._full_s, self._full_s_per_v = self._parabola(full_node_v)
        decay_per_s = self._per_f / trains.loop_ohm
        if trains.boost:
            lowest_v = np.maximum(np.where(np.isfinite(off_terminal_v), off_terminal_v, 1.0), FADES_V)
            decay_per_s += self._per_f * rail_a * trains.output_v / (trains.efficiency * lowest_v**2)
        self.decay_per_s = decay_per_s

    def take(self, which: NDArray[np.intp]) -> "PopulationState":
        """Of some of the trains."""
        some = object.__new__(PopulationState)
        for name, value in vars(self).items():
            taken = value
            if isinstance(value, np.ndarray):
                taken = value[which]
            elif name == "_trains":
                taken = value.take(which)
            setattr(some, name, taken)
        return some

    def _full(self) -> tuple[Array, Array, Array]:
        """Over which a clamp draws, or a charger limits: inner voltage, that of the node, and the ohms of its slope."""
        trains = self._trains
        nowhere = np.full_like(self._rail_a, np.inf), np.zeros_like(self._rail_a), np.ones_like(self._rail_a)
        full_v, node_v, ohm = nowhere
        if trains.clamp is not None:
            node_v, ohm = self._node_of_terminal(trains.clamp[0]), trains.clamp[1]
            full_v = self._at_node(node_v)[0]
        if trains.charger:
            limits_v = trains.charged_v.copy()
            for _ in range(_NEWTON_STEPS):
                offered_a, slope_s = trains.charging.with_slope(limits_v + trains.drop_v)
                beyond_a = offered_a - trains.charger_a - (trains.charged_v - limits_v) / trains.charger_ohm
                limits_v = limits_v - beyond_a / (slope_s + 1 / trains.charger_ohm)
            limited_v = self._at_node(limits_v)[0]
            first = limited_v < full_v
            full_v, node_v = np.where(first, limited_v, full_v), np.where(first, limits_v, node_v)
            ohm = np.where(first, trains.charger_ohm, ohm)
        return full_v, node_v, ohm

    def _parabola(self, node_v: Array) -> tuple[Array, Array, Array]:
        """Net current over the volts above ``full_v``: there, its slope, and half its bend."""
        if not np.isfinite(self.full_v).all():
            return np.zeros_like(node_v), np.full_like(node_v, -1.0), np.zeros_like(node_v)
        trains = self._trains
        behind_v = node_v + trains.drop_v if trains.charger else node_v
        width_v = 0.45 * self._full_ohm * np.maximum(trains.charging(behind_v), 1e-4)  # up to where no more comes
        (zero_v, zero_a), (one_v, one_a), (two_v, two_a) = (self._at_node(node_v + k * width_v)[:2] for k in range(3))
        first_s = (one_a - zero_a) / (one_v - zero_v)
        second_s = (two_a - one_a) / (two_v - one_v)
        bend = (second_s - first_s) / (two_v - zero_v)
        return zero_a, first_s - bend * (one_v - zero_v), bend

    def inner_v(self, terminal_v: Array) -> Array:
        """Inner voltage at which the terminals show a voltage."""
        return self._at_node(self._node_of_terminal(terminal_v))[0]

    def _node_of_terminal(self, terminal_v: Array) -> Array:
        trains, node_v = self._trains, terminal_v
        if not trains.charger:
            for _ in range(_NEWTON_STEPS):
                charge_a, slope_s = trains.charging.with_slope(node_v)
                error_v = node_v + trains.esr_ohm * charge_a - terminal_v
                node_v = node_v - error_v / (1 + trains.esr_ohm * slope_s)
        return node_v

    def terminal_v(self, inner_v: Array) -> Array:
        """And back."""
        return self._at_node(self._node_v(inner_v))[2]

    def net_a(self, inner_v: Array) -> Array:
        """What flows into the capacitances proper."""
        return self._at_node(self._node_v(inner_v))[1]

    def _at_node(self, node_v: Array, *, held: bool = True) -> tuple[Array, Array, Array, Array, Array]:
        """Inner voltage, net current, terminal voltage, and slopes of the first two.

        The node is what the rectifier sees behind it: with a charger the terminals, without one the terminals less
        what the charging current drops in the ESR. From there everything follows without a search. ``held``: a
        clamp draws and a charger limits.
        """
        trains = self._trains
        if trains.charger:
            terminal_v, terminal_slope = node_v, np.ones_like(node_v)
            offered_a, slope_s = trains.charging.with_slope(node_v + trains.drop_v)
            offered_a = offered_a - trains.charger_a
            charge_a = offered_a
            if held:
                allowed_a = (trains.charged_v - node_v) / trains.charger_ohm
                slope_s = np.where(allowed_a < offered_a, -1 / trains.charger_ohm, slope_s)
                charge_a = np.minimum(offered_a, allowed_a)
            slope_s = np.where(charge_a > 0, slope_s, 0.0)
            charge_a = np.maximum(charge_a, 0.0)
        else:
            charge_a, slope_s = trains.charging.with_slope(node_v)
            terminal_v = node_v + trains.esr_ohm * charge_a
            terminal_slope = 1 + trains.esr_ohm * slope_s
        drawn_a, drawn_s = self._drawn(terminal_v, held=held)
        drawn_s = drawn_s * terminal_slope
        inner_v = terminal_v - trains.esr_ohm * (charge_a - drawn_a)
        inner_slope = terminal_slope - trains.esr_ohm * (slope_s - drawn_s)
        net_a = charge_a - drawn_a - inner_v * trains.leakage_s
        return inner_v, net_a, terminal_v, inner_slope, slope_s - drawn_s - inner_slope * trains.leakage_s

    def _drawn(self, terminal_v: Array, *, held: bool) -> tuple[Array, Array]:
        """Out of the terminals, and its slope."""
        trains = self._trains
        faded = terminal_v < FADES_V
        fading = np.clip(terminal_v / FADES_V, 0.0, 1.0)
        fading_s = np.where(faded & (terminal_v > 0), 1 / FADES_V, 0.0)
        if trains.boost:
            rail_w = self._rail_a * trains.output_v / trains.efficiency
            low_v = np.maximum(terminal_v, FADES_V)
            drawn_a = rail_w * fading / low_v
            drawn_s = np.where(faded, rail_w * fading_s / low_v, -rail_w / low_v**2)
        else:
            drawn_a, drawn_s = self._rail_a * fading, self._rail_a * fading_s
        drawn_a, drawn_s = drawn_a + trains.idle_a * fading, drawn_s + trains.idle_a * fading_s
        if held and trains.clamp is not None:
            clamp_v, clamp_ohm = trains.clamp
            drawn_a = drawn_a + np.maximum(terminal_v - clamp_v, 0.0) / clamp_ohm
            drawn_s = drawn_s + np.where(terminal_v > clamp_v, 1 / clamp_ohm, 0.0)
        return drawn_a, drawn_s

    def _node_v(self, inner_v: Array, *, held: bool = True) -> Array:
        node_v = inner_v - self._through_esr_v if self._simple else inner_v
        for _ in range(_NEWTON_STEPS):
            found_v, _, _, slope, _ = self._at_node(node_v, held=held)
            step_v = (found_v - inner_v) / slope
            node_v = node_v - step_v
            if np.all(np.abs(step_v) < 1e-13):
                break
        return node_v

    def rise(self, inner_v: Array) -> Array:
        """dV/dt under the clamp's region and over the fading one, volts a second; above, as if it went on."""
        if not self._simple:
            return self._at_node(self._node_v(inner_v, held=False), held=False)[1] * self._per_f
        charge_a = self._trains.charging(inner_v - self._through_esr_v)
        return (charge_a - self._drawn_a - self._trains.leakage_s * inner_v) * self._per_f

    def after(self, inner_v: Array, duration_s: Array) -> Array:
        """Inner voltages so much later."""
        most = float(np.max(duration_s * self.decay_per_s, initial=0.0))
        steps = min(max(int(np.ceil(most / _STEP)), 1), _MOST_STEPS)
        step_s = duration_s / steps
        for _ in range(steps):
            before_v = inner_v
            inner_v = self._step(inner_v, step_s)
            if steps > 1 and np.max(np.abs(inner_v - before_v)) < _AT_REST_V:
                break
        return inner_v

    def _step(self, inner_v: Array, step_s: Array) -> Array:
        later_v = self._runge_kutta(inner_v, step_s)
        strange = (inner_v > self.full_v) | (later_v > self.full_v)
        if strange.any():
            which = np.flatnonzero(strange)
            later_v[which] = self.take(which)._across(inner_v[which], step_s[which], later_v[which])
        return np.maximum(later_v, self.floor_v)

    def _runge_kutta(self, inner_v: Array, step_s: Array) -> Array:
        half_s = 0.5 * step_s
        first = self.rise(inner_v)
        second = self.rise(inner_v + half_s * first)
        if np.max(step_s * self.decay_per_s, initial=0.0) < _SHORT:
            soon_v: Array = inner_v + step_s * second
            return soon_v
        third = self.rise(inner_v + half_s * second)
        fourth = self.rise(inner_v + step_s * third)
        found: Array = inner_v + step_s * (first + 2 * (second + third) + fourth) / 6
        return found

    def _across(self, inner_v: Array, step_s: Array, later_v: Array) -> Array:
        """A step in the clamp's region, or into it, or out of it; ``later_v`` is right for those that stay outside."""
        edge_v, rises = self.full_v, self._full_a > 0
        inside = inner_v > edge_v
        leaves_s = self._seconds_to_edge(np.where(inside, inner_v - edge_v, 0.0))
        enters = ~inside & (later_v > edge_v) & rises
        # From the edge on for those that leave, up to the edge for those that enter
        outside_s = np.where(inside, np.maximum(step_s - leaves_s, 0.0), np.where(enters, step_s, 0.0))
        start_v = np.where(inside, edge_v, inner_v)
        if enters.any():
            outside_s = np.where(enters, self._seconds_up_to_edge(inner_v, later_v, step_s), outside_s)
        outside_v = self._runge_kutta(start_v, outside_s)
        above_v = np.where(inside, np.maximum(inner_v - edge_v, 0.0), 0.0)
        inside_v = edge_v + self._over_edge(above_v, np.where(inside, step_s, step_s - outside_s))
        stays = inside & (leaves_s >= step_s)
        found: Array = np.where(stays | enters, inside_v, np.where(inside, outside_v, np.minimum(later_v, edge_v)))
        return found

    def _rest_over_edge(self) -> tuple[Array, Array]:
        """Where it comes to rest, over ``full_v`` (or below, for those that leave), and how fast: siemens."""
        root_s = np.sqrt(np.maximum(self._full_s**2 - 4 * self._full_a * self._full_s_per_v, 0.0))
        return 2 * self._full_a / (root_s - self._full_s), root_s

    def _over_edge(self, above_v: Array, step_s: Array) -> Array:
        """Volts over ``full_v`` so much later: the solution of C·x' = a + s·x + b·x²."""
        rest_v, root_s = self._rest_over_edge()
        left = np.exp(-root_s * self._per_f * step_s)
        apart_v = above_v - rest_v
        found: Array = rest_v + apart_v * left / (1 - self._full_s_per_v / root_s * apart_v * (1 - left))
        return found

    def _seconds_to_edge(self, above_v: Array) -> Array:
        """Until it falls to ``full_v``; infinite where it rests over it."""
        rest_v, root_s = self._rest_over_edge()
        leaves = rest_v < 0
        apart_v, at_edge_v = above_v - rest_v, np.where(leaves, -rest_v, 1.0)
        bend = self._full_s_per_v / root_s * apart_v
        left = at_edge_v * (1 - bend) / np.where(leaves, apart_v - at_edge_v * bend, 1.0)
        return np.where(leaves, -np.log(np.where(leaves, left, 1.0)) / (root_s * self._per_f), np.inf)

    def _seconds_up_to_edge(self, inner_v: Array, later_v: Array, step_s: Array) -> Array:
        """When those that come to ``full_v`` within a step do so."""
        share = np.clip((self.full_v - inner_v) / np.where(later_v > inner_v, later_v - inner_v, 1.0), 0.0, 1.0)
        seconds = share * step_s
        for _ in range(_CROSSING_STEPS):
            there_v = self._runge_kutta(inner_v, seconds)
            seconds = seconds - (there_v - self.full_v) / np.maximum(self.rise(there_v), 1e-15)
            seconds = np.clip(seconds, 0.0, step_s)
        return seconds

    def seconds_between(self, start_v: Array, end_v: Array) -> Array:
        """From one inner voltage up to another; infinite where it never comes there, 0 where it is there."""
        total_s = np.zeros_like(start_v)
        stuck = np.zeros(len(start_v), bool)
        edges = np.sort(np.stack([self.floor_v, self.full_v]), axis=0)
        corners = [start_v, *np.clip(edges, start_v, np.maximum(start_v, end_v)), np.maximum(start_v, end_v)]
        for low_v, high_v in pairwise(corners):
            width_v = high_v - low_v
            for node, weight in (*_NODES, (1.0, 0.0)):
                net_a = self.net_a(low_v + node * width_v)
                stuck |= (net_a <= 0) & (width_v > 0)
                total_s += weight * width_v * self._trains.capacitance_f / np.where(net_a > 0, net_a, 1.0)
        return np.where(stuck, np.inf, total_s)

    def rest_under(self, high_v: Array) -> Array:
        """Where a voltage that comes from below comes to rest, for those that never reach ``high_v``."""
        low_v = np.zeros_like(high_v)
        for _ in range(48):
            middle_v = 0.5 * (low_v + high_v)
            rises = self.net_a(middle_v) > 0
            low_v, high_v = np.where(rises, middle_v, low_v), np.where(rises, high_v, middle_v)
        return 0.5 * (low_v + high_v)


def simulate_population(points: Points, cycles: int = 100) -> Outcome:
    """Charge n boards from empty capacitors, and go through their cycles.

    The load is what it is whether a board browns out or not: so the margin says how many volts are missing, too. The
    firmware's own thrift (a wake put off, a wake broken off) is not followed, only that no first wake goes on
    below ``policy.start_v``.

    Args:
        points: the boards.
        cycles: at the most; it ends when nothing changes any more.

    Raises:
        InputError: the board does not live on the TIC.
    """
    check(points.board)
    # Those that take steps of the same length stand together
    speed = 1 / (points(SOURCE) * points("power.capacitor.capacitance_f"))
    if PERIOD in points.columns:
        speed = speed * points.columns[PERIOD]
    order = np.argsort(speed, kind="stable")
    parts = [order[k : k + _AT_ONCE] for k in range(0, points.count, _AT_ONCE)]
    outcomes = [_live(points.take(part), cycles) for part in parts]
    back = np.argsort(order, kind="stable")

    def whole(name: str) -> NDArray[Any]:
        joined: NDArray[Any] = np.concatenate([getattr(one, name) for one in outcomes])[back]
        return joined

    arrays = {name: whole(name) for name in ("starts", "start_s", "margin_v", "lives", "worst", "wake_v", "wake_s")}
    longest = max(one.cycles for one in outcomes)
    return Outcome(**arrays, phases=outcomes[0].phases, cycles=longest)


def check(board: Board) -> None:
    """Complain of a board that cannot be looked at, before any work is done.

    Raises:
        InputError: the board does not live on the TIC.
    """
    if board.power is None:
        raise InputError(f"board {board.id}: its file has no [power] table; describe its power train there")
    if board.power.source == "external":
        raise InputError(f"board {board.id}: has a supply of its own; the TIC has nothing to vary for it")


def _live(points: Points, cycles: int) -> Outcome:
    trains = Trains(points)
    names, durations, wake_s, fits = _cycle_of(points)
    states = [trains.state(name) for name in names]
    wake_v, start_s, missing_v = _first_wake(trains, states[-1])
    starts = np.isfinite(start_s)
    inner_v = wake_v
    lowest = [np.full_like(inner_v, np.inf) for _ in states]
    cycle = 0
    for cycle in range(1, cycles + 1):  # noqa: B007  # told below
        before_v = inner_v
        for state, duration_s, low_v in zip(states, durations, lowest, strict=True):
            np.minimum(low_v, inner_v, out=low_v)
            inner_v = state.after(inner_v, duration_s)
            np.minimum(low_v, inner_v, out=low_v)
        wake_v = before_v
        if np.max(np.abs(inner_v - before_v)) < _SETTLED_V:
            break
    margins_v = np.stack(
        [state.terminal_v(low_v) - state.off_terminal_v for state, low_v in zip(states, lowest, strict=True)]
    )
    margin_v = np.where(starts, margins_v.min(axis=0), missing_v)
    worst = np.where(starts, margins_v.argmin(axis=0), -1)
    return Outcome(starts, start_s, margin_v, starts & (margin_v > 0) & fits, worst, wake_v, wake_s, names, cycle)


def _cycle_of(points: Points) -> tuple[list[str], list[Array], Array, NDArray[np.bool_]]:
    """Names and seconds of all states of a cycle, those of the wake alone, and whether they fit into the period."""
    phases = points.phases()
    if not phases:
        return [RUN], [np.full(points.count, _RUNS_S)], np.zeros(points.count), np.ones(points.count, bool)
    wake_s = np.add.reduce([duration_s for _, duration_s in phases])
    if PERIOD in points.columns or points.period_s is not None:
        period_s = points.columns.get(PERIOD, np.full(points.count, points.period_s or 0.0))
    else:
        period_s = wake_s + points("wake.sleep_s")
    sleep_s = np.maximum(period_s - wake_s, 0.0)
    fits = wake_s <= period_s * (1 + 1e-12)
    return [*(name for name, _ in phases), SLEEP], [*(lasts for _, lasts in phases), sleep_s], wake_s, fits


def _first_wake(trains: Trains, sleep: PopulationState) -> tuple[Array, Array, Array]:
    """Inner voltage and second at which a first wake begins, and what is missing to it at the terminals."""
    points = trains.points
    dark = trains.state(OFF)
    on_v = dark.inner_v(dark.on_terminal_v)
    start_s = dark.seconds_between(np.zeros(points.count), on_v)
    rest_v = dark.rest_under(on_v)
    missing_v = np.where(np.isfinite(start_s), 0.0, dark.terminal_v(rest_v) - dark.on_terminal_v)
    start_v = on_v
    policy = None if points.board.power is None else points.board.power.policy
    if policy is not None and policy.start_v is not None and points.board.wake is not None:
        needed_v = points("power.policy.start_v") - points("power.policy.start_margin_v")
        start_v = np.maximum(sleep.inner_v(needed_v), on_v)
        waits_s = sleep.seconds_between(on_v, start_v)
        most_v = sleep.rest_under(start_v)
        never = np.isinf(waits_s) & (missing_v == 0)
        missing_v = np.where(never, np.minimum(sleep.terminal_v(most_v) - needed_v, 0.0), missing_v)
        start_s = start_s + waits_s
    # Those that never start are taken along from where they would; what becomes of them is not looked at
    return start_v, start_s, missing_v
