# SPDX-License-Identifier: Apache-2.0
"""The currents of a population at an instant: ``boards/power/balance.py`` over arrays.

Where a clamp draws or a charger limits, over so few volts, the net current is a parabola: it is told as one.
"""

import numpy as np
from numpy.typing import NDArray

from xky.boards.power.balance import FADES_V

from .parts import PopulationParts
from .population import Array

__all__ = ["PopulationBalance"]

_NEWTON_STEPS = 8


class PopulationBalance:
    """One load of n power trains, one element each.

    Args:
        parts: of the trains.
        rail_a: that the rail gives.

    Attributes:
        capacitance_f: of the capacitors.
        per_f: its reciprocal.
        floor_v: inner voltage under which all that draws fades.
        full_v: inner voltage over which a clamp draws, or a charger limits; infinite where none does.
        full_a: net current there, of the parabola above.
        full_s: its slope there.
        full_s_per_v: half its bend.
    """

    def __init__(self, parts: PopulationParts, rail_a: Array) -> None:
        self._parts, self._rail_a = parts, rail_a
        self._drawn_a = rail_a + parts.idle_a  # of an LDO, over FADES_V
        self._through_esr_v = parts.esr_ohm * self._drawn_a
        self.capacitance_f, self.per_f = parts.capacitance_f, 1 / parts.capacitance_f
        self._simple = not parts.charger and parts.kind == "ldo"
        self.floor_v = self.inner_v(np.full_like(rail_a, FADES_V))
        self.full_v, full_node_v, self._full_ohm = self._full()
        self.full_a, self.full_s, self.full_s_per_v = self._parabola(full_node_v)

    def take(self, which: NDArray[np.intp]) -> "PopulationBalance":
        """Of some of the trains."""
        some = object.__new__(PopulationBalance)
        for name, value in vars(self).items():
            taken = value
            if isinstance(value, np.ndarray):
                taken = value[which]
            elif name == "_parts":
                taken = value.take(which)
            setattr(some, name, taken)
        return some

    def decay_per_s(self, off_terminal_v: Array) -> Array:
        """Reciprocal of the least time constant over brown-out, where nothing draws or limits above it."""
        parts = self._parts
        decay_per_s = self.per_f / parts.loop_ohm
        if parts.kind != "ldo":
            lowest_v = np.maximum(np.where(np.isfinite(off_terminal_v), off_terminal_v, 1.0), FADES_V)
            decay_per_s += self.per_f * self._rail_a * parts.output_v / (parts.efficiency * lowest_v**2)
        return decay_per_s

    def _full(self) -> tuple[Array, Array, Array]:
        """Over which a clamp draws, or a charger limits: inner voltage, that of the node, and the ohms of its slope."""
        parts = self._parts
        nowhere = np.full_like(self._rail_a, np.inf), np.zeros_like(self._rail_a), np.ones_like(self._rail_a)
        full_v, node_v, ohm = nowhere
        if parts.clamp is not None:
            node_v, ohm = self._node_of_terminal(parts.clamp[0]), parts.clamp[1]
            full_v = self._at_node(node_v)[0]
        if parts.charger:
            limits_v = parts.charged_v.copy()
            for _ in range(_NEWTON_STEPS):
                offered_a, slope_s = parts.charging.with_slope(limits_v + parts.drop_v)
                beyond_a = offered_a - parts.charger_a - (parts.charged_v - limits_v) / parts.charger_ohm
                limits_v = limits_v - beyond_a / (slope_s + 1 / parts.charger_ohm)
            limited_v = self._at_node(limits_v)[0]
            first = limited_v < full_v
            full_v, node_v = np.where(first, limited_v, full_v), np.where(first, limits_v, node_v)
            ohm = np.where(first, parts.charger_ohm, ohm)
        return full_v, node_v, ohm

    def _parabola(self, node_v: Array) -> tuple[Array, Array, Array]:
        """Net current over the volts above ``full_v``: there, its slope, and half its bend."""
        if not np.isfinite(self.full_v).all():
            return np.zeros_like(node_v), np.full_like(node_v, -1.0), np.zeros_like(node_v)
        parts = self._parts
        behind_v = node_v + parts.drop_v if parts.charger else node_v
        width_v = 0.45 * self._full_ohm * np.maximum(parts.charging(behind_v), 1e-4)  # up to where no more comes
        (zero_v, zero_a), (one_v, one_a), (two_v, two_a) = (self._at_node(node_v + k * width_v)[:2] for k in range(3))
        first_s = (one_a - zero_a) / (one_v - zero_v)
        second_s = (two_a - one_a) / (two_v - one_v)
        bend = (second_s - first_s) / (two_v - zero_v)
        return zero_a, first_s - bend * (one_v - zero_v), bend

    def inner_v(self, terminal_v: Array) -> Array:
        """Inner voltage at which the terminals show a voltage."""
        return self._at_node(self._node_of_terminal(terminal_v))[0]

    def _node_of_terminal(self, terminal_v: Array) -> Array:
        parts, node_v = self._parts, terminal_v
        if not parts.charger:
            for _ in range(_NEWTON_STEPS):
                charge_a, slope_s = parts.charging.with_slope(node_v)
                error_v = node_v + parts.esr_ohm * charge_a - terminal_v
                node_v = node_v - error_v / (1 + parts.esr_ohm * slope_s)
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
        parts = self._parts
        if parts.charger:
            terminal_v, terminal_slope = node_v, np.ones_like(node_v)
            offered_a, slope_s = parts.charging.with_slope(node_v + parts.drop_v)
            offered_a = offered_a - parts.charger_a
            charge_a = offered_a
            if held:
                allowed_a = (parts.charged_v - node_v) / parts.charger_ohm
                slope_s = np.where(allowed_a < offered_a, -1 / parts.charger_ohm, slope_s)
                charge_a = np.minimum(offered_a, allowed_a)
            slope_s = np.where(charge_a > 0, slope_s, 0.0)
            charge_a = np.maximum(charge_a, 0.0)
        else:
            charge_a, slope_s = parts.charging.with_slope(node_v)
            terminal_v = node_v + parts.esr_ohm * charge_a
            terminal_slope = 1 + parts.esr_ohm * slope_s
        drawn_a, drawn_s = self._drawn(terminal_v, held=held)
        drawn_s = drawn_s * terminal_slope
        inner_v = terminal_v - parts.esr_ohm * (charge_a - drawn_a)
        inner_slope = terminal_slope - parts.esr_ohm * (slope_s - drawn_s)
        net_a = charge_a - drawn_a - inner_v * parts.leakage_s
        return inner_v, net_a, terminal_v, inner_slope, slope_s - drawn_s - inner_slope * parts.leakage_s

    def _drawn(self, terminal_v: Array, *, held: bool) -> tuple[Array, Array]:
        """Out of the terminals, and its slope."""
        parts = self._parts
        faded = terminal_v < FADES_V
        fading = np.clip(terminal_v / FADES_V, 0.0, 1.0)
        fading_s = np.where(faded & (terminal_v > 0), 1 / FADES_V, 0.0)
        if parts.kind == "buck":  # its switch is closed all the time at the most
            held_v = parts.output_v / parts.efficiency
            low_v = np.maximum(terminal_v, held_v)
            drawn_a = self._rail_a * fading * held_v / low_v
            drawn_s = self._rail_a * np.where(terminal_v > held_v, -held_v / low_v**2, fading_s)
        elif parts.kind == "boost":
            rail_w = self._rail_a * parts.output_v / parts.efficiency
            low_v = np.maximum(terminal_v, FADES_V)
            drawn_a = rail_w * fading / low_v
            drawn_s = np.where(faded, rail_w * fading_s / low_v, -rail_w / low_v**2)
        else:
            drawn_a, drawn_s = self._rail_a * fading, self._rail_a * fading_s
        drawn_a, drawn_s = drawn_a + parts.idle_a * fading, drawn_s + parts.idle_a * fading_s
        if held and parts.clamp is not None:
            clamp_v, clamp_ohm = parts.clamp
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

    def free_a(self, inner_v: Array) -> Array:
        """What would flow into the capacitances proper if nothing drew or limited over ``full_v``."""
        if not self._simple:
            return self._at_node(self._node_v(inner_v, held=False), held=False)[1]
        charge_a = self._parts.charging(inner_v - self._through_esr_v)
        free_a: Array = charge_a - self._drawn_a - self._parts.leakage_s * inner_v
        return free_a
