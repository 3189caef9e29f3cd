# SPDX-License-Identifier: Apache-2.0
"""How the inner voltages of a population go while loads stay: ``boards/power/flow.py`` over arrays.

One Runge-Kutta step serves as long as it is short against the capacitor's time constant. Where a clamp or a charger
holds the voltage that constant is a thousand times shorter, but there the current is a parabola: the equation is
solved as it stands, and the instant at which a board comes into that region or leaves it is found.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xky.boards.power.curve import gauss

from .balance import PopulationBalance
from .population import Array

__all__ = ["PopulationFlow"]

_STEP = 0.08  # of the time constant: 1e-7 V
_SHORT = 2e-3  # of it; there two looks at the current serve as well as four
_MOST_STEPS = 1 << 14
_AT_REST_V = 1e-12
_NODES = gauss(24)
_CROSSING_STEPS = 3  # of Newton's method from a straight line


class PopulationFlow:
    """The motion of n inner voltages.

    Args:
        balance: of the currents.
        decay_per_s: reciprocal of the shortest time constant, where nothing holds the voltage.
    """

    def __init__(self, balance: PopulationBalance, decay_per_s: Array) -> None:
        self._balance, self._decay_per_s = balance, decay_per_s

    def take(self, which: NDArray[np.intp]) -> "PopulationFlow":
        """Of some of the trains."""
        return PopulationFlow(self._balance.take(which), self._decay_per_s[which])

    def rise(self, inner_v: Array) -> Array:
        """dV/dt under the clamp's region and over the fading one, volts a second; above, as if it went on."""
        return self._balance.free_a(inner_v) * self._balance.per_f

    def after(self, inner_v: Array, duration_s: Array) -> Array:
        """Inner voltages so much later."""
        most = float(np.max(duration_s * self._decay_per_s, initial=0.0))
        steps = min(max(int(np.ceil(most / _STEP)), 1), _MOST_STEPS)
        step_s = duration_s / steps
        for _ in range(steps):
            before_v = inner_v
            inner_v = self._step(inner_v, step_s)
            if steps > 1 and np.max(np.abs(inner_v - before_v)) < _AT_REST_V:
                break
        return inner_v

    def seconds_between(self, start_v: Array, end_v: Array) -> Array:
        """From one inner voltage up to another; infinite where it never comes there, 0 where it is there."""
        total_s = np.zeros_like(start_v)
        stuck = np.zeros(len(start_v), bool)
        edges = np.sort(np.stack([self._balance.floor_v, self._balance.full_v]), axis=0)
        corners = [start_v, *np.clip(edges, start_v, np.maximum(start_v, end_v)), np.maximum(start_v, end_v)]
        for low_v, high_v in pairwise(corners):
            width_v = high_v - low_v
            for node, weight in (*_NODES, (1.0, 0.0)):
                net_a = self._balance.net_a(low_v + node * width_v)
                stuck |= (net_a <= 0) & (width_v > 0)
                total_s += weight * width_v * self._balance.capacitance_f / np.where(net_a > 0, net_a, 1.0)
        return np.where(stuck, np.inf, total_s)

    def rest_under(self, high_v: Array) -> Array:
        """Where a voltage that comes from below comes to rest, for those that never reach ``high_v``."""
        low_v = np.zeros_like(high_v)
        for _ in range(48):
            middle_v = 0.5 * (low_v + high_v)
            rises = self._balance.net_a(middle_v) > 0
            low_v, high_v = np.where(rises, middle_v, low_v), np.where(rises, high_v, middle_v)
        return 0.5 * (low_v + high_v)

    def _step(self, inner_v: Array, step_s: Array) -> Array:
        later_v = self._runge_kutta(inner_v, step_s)
        strange = (inner_v > self._balance.full_v) | (later_v > self._balance.full_v)
        if strange.any():
            which = np.flatnonzero(strange)
            later_v[which] = self.take(which)._across(inner_v[which], step_s[which], later_v[which])
        return np.maximum(later_v, self._balance.floor_v)

    def _runge_kutta(self, inner_v: Array, step_s: Array) -> Array:
        half_s = 0.5 * step_s
        first = self.rise(inner_v)
        second = self.rise(inner_v + half_s * first)
        if np.max(step_s * self._decay_per_s, initial=0.0) < _SHORT:
            soon_v: Array = inner_v + step_s * second
            return soon_v
        third = self.rise(inner_v + half_s * second)
        fourth = self.rise(inner_v + step_s * third)
        found: Array = inner_v + step_s * (first + 2 * (second + third) + fourth) / 6
        return found

    def _across(self, inner_v: Array, step_s: Array, later_v: Array) -> Array:
        """A step in the clamp's region, or into it, or out of it; ``later_v`` is right for those that stay outside."""
        edge_v, rises = self._balance.full_v, self._balance.full_a > 0
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
        root_s = np.sqrt(
            np.maximum(self._balance.full_s**2 - 4 * self._balance.full_a * self._balance.full_s_per_v, 0.0)
        )
        return 2 * self._balance.full_a / (root_s - self._balance.full_s), root_s

    def _over_edge(self, above_v: Array, step_s: Array) -> Array:
        """Volts over ``full_v`` so much later: the solution of C·x' = a + s·x + b·x²."""
        rest_v, root_s = self._rest_over_edge()
        left = np.exp(-root_s * self._balance.per_f * step_s)
        apart_v = above_v - rest_v
        found: Array = rest_v + apart_v * left / (1 - self._balance.full_s_per_v / root_s * apart_v * (1 - left))
        return found

    def _seconds_to_edge(self, above_v: Array) -> Array:
        """Until it falls to ``full_v``; infinite where it rests over it."""
        rest_v, root_s = self._rest_over_edge()
        leaves = rest_v < 0
        apart_v, at_edge_v = above_v - rest_v, np.where(leaves, -rest_v, 1.0)
        bend = self._balance.full_s_per_v / root_s * apart_v
        left = at_edge_v * (1 - bend) / np.where(leaves, apart_v - at_edge_v * bend, 1.0)
        return np.where(leaves, -np.log(np.where(leaves, left, 1.0)) / (root_s * self._balance.per_f), np.inf)

    def _seconds_up_to_edge(self, inner_v: Array, later_v: Array, step_s: Array) -> Array:
        """When those that come to ``full_v`` within a step do so."""
        share = np.clip(
            (self._balance.full_v - inner_v) / np.where(later_v > inner_v, later_v - inner_v, 1.0), 0.0, 1.0
        )
        seconds = share * step_s
        for _ in range(_CROSSING_STEPS):
            there_v = self._runge_kutta(inner_v, seconds)
            seconds = seconds - (there_v - self._balance.full_v) / np.maximum(self.rise(there_v), 1e-15)
            seconds = np.clip(seconds, 0.0, step_s)
        return seconds
