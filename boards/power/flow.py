# SPDX-License-Identifier: Apache-2.0
"""How the capacitor's voltage goes while supply and load stay: no step size, no solver at run time.

C · dV/dt depends on V alone, so the time from one voltage to another is an integral, and both ways of asking
are one curve: V over the time of its reach. A reach lies between two voltages at which the current has an edge
or is zero; it is walked once, when somebody first comes there.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import inf

from .curve import HALVED_IS_FINER, HermiteCurve, gauss, hermite, least, root

__all__ = ["Flow"]

_NODES = gauss(4)
_AT_REST_V = 1e-10  # so near to where it comes to rest, it is there
_FINE_V = 1e-9
_LOOKED_AT = 400  # voltages looked at for a change of direction
_HALVINGS = 60


class Flow:
    """The motion of an inner voltage.

    Args:
        net_a: current into the capacitance, over the inner voltage.
        capacitance_f: of the capacitor.
        knots: voltages at which the current has an edge.
        lowest_v: of the voltages that can be; there it stays.
        highest_v: likewise.
        falls_from_v: from there on the current falls with the voltage, but for what a double rounds.
    """

    def __init__(
        self,
        net_a: Callable[[float], float],
        capacitance_f: float,
        knots: Sequence[float],
        *,
        lowest_v: float = 0.0,
        highest_v: float = 40.0,
        falls_from_v: float = inf,
    ) -> None:
        self._net_a = net_a
        self._falls_from_v = falls_from_v
        self._capacitance_f = capacitance_f
        edges = {lowest_v, highest_v, *(v for v in knots if lowest_v < v < highest_v)}
        rests = self._find_rests(sorted(edges), (highest_v - lowest_v) / _LOOKED_AT)
        self._stops = sorted({*edges, *rests})
        middles_a = [net_a(0.5 * (low + high)) for low, high in pairwise(self._stops)]
        self._rises = [middle_a > 0 for middle_a in middles_a]
        self._stands = [middle_a == 0 for middle_a in middles_a]  # nothing flows, as with a charger that is full
        self._at_rest = [stop in rests for stop in self._stops]
        self._at_rest[0] |= not self._rises[0]
        self._at_rest[-1] |= self._rises[-1]
        self._reaches: list[_Reach | None] = [None] * len(self._rises)
        self._latest: _Reach | None = None  # most that is asked is about the same one again

    def _find_rests(self, edges: Sequence[float], width_v: float) -> set[float]:
        rests = set()
        for start, end in pairwise(edges):
            if start >= self._falls_from_v and self._net_a(start) < 0:
                break  # it only falls from here on
            steps = max(int((end - start) / width_v), 8)
            volts = [start + (end - start) * k / steps for k in range(steps)] + [end]
            currents = [self._net_a(v) for v in volts]
            for low, high, before_a, after_a in zip(volts, volts[1:], currents, currents[1:], strict=False):
                if (before_a == 0.0) != (after_a == 0.0):
                    rests.add(self._edge_of_nothing(low, high, before_a))
                elif (before_a < 0) != (after_a < 0):
                    rests.add(root(self._net_a, low, high, tolerance=1e-15))
            sizes = [*map(abs, currents)]
            for k, (low_a, middle_a, high_a) in enumerate(zip(sizes, sizes[1:], sizes[2:], strict=False)):
                if low_a > middle_a < high_a:
                    rests |= self._pair_of_rests(volts[k : k + 3], currents[k : k + 3])
        return rests

    def _edge_of_nothing(self, low: float, high: float, at_low_a: float) -> float:
        """Where a current ends that is nothing at all on one side."""
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if (self._net_a(middle) == 0.0) == (at_low_a == 0.0):
                low = middle
            else:
                high = middle
        return low if at_low_a == 0.0 else high

    def _pair_of_rests(self, volts: Sequence[float], currents: Sequence[float]) -> set[float]:
        """Two changes of direction between three voltages at which it is the same, and least in the middle."""
        if not (currents[0] * currents[1] > 0 and currents[1] * currents[2] > 0):
            return set()
        sign = 1.0 if currents[1] > 0 else -1.0
        least_v = least(lambda v: sign * self._net_a(v), volts[0], volts[2])
        if sign * self._net_a(least_v) >= 0:
            return set()
        return {root(self._net_a, end, least_v, tolerance=1e-15) for end in (volts[0], volts[2])}

    def after(self, inner_v: float, duration_s: float) -> float:
        """The voltage so much later."""
        while True:
            reach = self._reach(inner_v)
            if reach is None:
                return inner_v
            at_s = reach.time_of(inner_v) + duration_s
            later_v = reach.at(at_s)
            if later_v is not None:
                return later_v
            inner_v, duration_s = reach.end_v, at_s - reach.length_s
            if reach.rests:
                return inner_v

    def time_to(self, inner_v: float, target_v: float) -> float:
        """Seconds until it reaches a voltage; 0 where it is there, infinite if never."""
        waited_s = 0.0
        while inner_v != target_v:
            reach = self._reach(inner_v)
            if reach is None or (target_v > inner_v) != reach.rises:
                return inf
            if reach.holds(target_v):
                return waited_s + max(reach.time_of(target_v) - reach.time_of(inner_v), 0.0)
            if reach.rests:
                return inf
            waited_s += reach.length_s - reach.time_of(inner_v)
            inner_v = reach.end_v
        return waited_s

    def rest_v(self, inner_v: float) -> float:
        """Where it comes to rest from here, or the end of the voltages that can be."""
        place = self._place(inner_v)
        if place is None:
            return inner_v
        step = 1 if self._rises[place] else -1
        stop = place + (step > 0)
        while not self._at_rest[stop]:
            stop += step
        return self._stops[stop]

    def slope(self, inner_v: float) -> float:
        """dV/dt there, volts a second."""
        return self._net_a(inner_v) / self._capacitance_f

    def jump(self, duration_s: float, low_v: float, high_v: float) -> HermiteCurve:
        """Voltage after ``duration_s`` over voltage before: one look-up a state, for years of the same cycle."""

        def after(inner_v: float) -> tuple[float, float]:
            later_v = self.after(inner_v, duration_s)
            slope = self.slope(inner_v)
            # Neighbours keep their distance in time; at rest there is none to keep
            return later_v, self.slope(later_v) / slope if abs(slope) > 1e-15 else 1.0

        return HermiteCurve.through(after, [low_v, *(v for v in self._stops if low_v < v < high_v), high_v], _FINE_V)

    def _place(self, inner_v: float) -> int | None:
        """Number of the reach that leads on from here; None where it is at rest."""
        stops = self._stops
        above = bisect_right(stops, inner_v)
        for stop in (above - 1, above):
            if 0 <= stop < len(stops) and self._at_rest[stop] and abs(inner_v - stops[stop]) <= _AT_REST_V:
                return None
        place = min(max(above - 1, 0), len(self._rises) - 1)
        if place and inner_v == stops[place] and not self._rises[place]:
            place -= 1  # it falls on from an edge
        return None if self._stands[place] else place

    def _reach(self, inner_v: float) -> "_Reach | None":
        latest = self._latest
        if latest is not None and latest.from_v < inner_v < latest.to_v:
            return latest
        below = bisect_right(self._stops, inner_v) - 1
        if 0 <= below < len(self._reaches):
            known = self._reaches[below]
            if known is not None and known.from_v < inner_v < known.to_v:
                self._latest = known
                return known
        place = self._place(inner_v)
        if place is None:
            return None
        reach = self._reaches[place]
        if reach is None:
            reach = self._reaches[place] = self._walk(place)
        return reach

    def _walk(self, place: int) -> "_Reach":
        rises = self._rises[place]
        low, high = self._stops[place : place + 2]
        # At rest the time has no end: it stops a little before
        low += _AT_REST_V / 2 * self._at_rest[place]
        high -= _AT_REST_V / 2 * self._at_rest[place + 1]
        start, end = (low, high) if rises else (high, low)
        begin, finish = (start, self.slope(start)), (end, self.slope(end))
        between = self._stops[place] + 2 * _AT_REST_V, self._stops[place + 1] - 2 * _AT_REST_V
        cells = self._cells(begin, finish, self._seconds(start, end))
        end_v, rests = self._stops[place + rises], self._at_rest[place + rises]
        return _Reach(begin, end, cells, end_v, between, rises=rises, rests=rests)

    def _cells(
        self, start: tuple[float, float], end: tuple[float, float], whole_s: float
    ) -> Iterator[tuple[float, float, float]]:
        """Voltages on the way with slopes, and the seconds between them: so close that the curve between is right.

        Args:
            start: voltage and slope.
            end: likewise.
            whole_s: between them, in one piece.
        """
        (start_v, start_slope), (end_v, end_slope) = start, end
        middle_v = 0.5 * (start_v + end_v)
        first_s, second_s = self._seconds(start_v, middle_v), self._seconds(middle_v, end_v)
        total_s = first_s + second_s
        steepest = max(abs(start_slope), abs(end_slope))
        halfway_v = hermite(first_s, 0.0, *start, total_s, *end)
        middle = middle_v, self.slope(middle_v)
        near = abs(start_v - end_v) < 4 * _AT_REST_V
        off_v = max(abs(halfway_v - middle_v), abs(whole_s - total_s) * steepest)
        if near or off_v <= HALVED_IS_FINER * _FINE_V:
            yield *middle, first_s
            yield end_v, end_slope, second_s
        else:
            yield from self._cells(start, middle, first_s)
            yield from self._cells(middle, end, second_s)

    def _seconds(self, start_v: float, end_v: float) -> float:
        width, net_a = end_v - start_v, self._net_a
        return self._capacitance_f * width * sum([weight / net_a(start_v + node * width) for node, weight in _NODES])


class _Reach:
    """Voltage over the time of one way; it is walked as far as somebody asks.

    Args:
        begin: voltage at its beginning, and slope.
        last_v: voltage at its end.
        cells: voltage, slope and seconds of each step on the way.
        end_v: the stop at its end, next to ``last_v``.
        between: voltages between which it is this way, beyond doubt.
        rises: whether the voltage does.
        rests: whether it stays at the end.
    """

    def __init__(
        self,
        begin: tuple[float, float],
        last_v: float,
        cells: Iterator[tuple[float, float, float]],
        end_v: float,
        between: tuple[float, float],
        *,
        rises: bool,
        rests: bool,
    ) -> None:
        self._cells = cells
        self._ends = False  # whether it is walked to its end
        self._curve = HermiteCurve([0.0], [begin[0]], [begin[1]])
        self._times = self._curve.xs
        self.rises = rises
        self._sign = 1.0 if rises else -1.0
        self._keys = [self._sign * begin[0]]
        self._last_key = self._sign * last_v
        self.end_v = end_v
        self.from_v, self.to_v = between
        self.rests = rests
        self._go_on()

    def _go_on(self) -> None:
        cell = next(self._cells, None)
        if cell is None:
            self._ends = True
            return
        voltage, slope, duration_s = cell
        self._curve.go_on(self._times[-1] + duration_s, voltage, slope)
        self._keys.append(self._sign * voltage)

    @property
    def length_s(self) -> float:
        """From its beginning to its end."""
        while not self._ends:
            self._go_on()
        return self._times[-1]

    def at(self, at_s: float) -> float | None:
        """The voltage then; None where it does not last so long."""
        times = self._times
        while at_s >= times[-1]:
            if self._ends:
                return None
            self._go_on()
        return self._curve(at_s)

    def holds(self, inner_v: float) -> bool:
        return self._keys[0] <= self._sign * inner_v <= self._last_key

    def time_of(self, inner_v: float) -> float:
        key, keys = self._sign * inner_v, self._keys
        while key >= keys[-1] and not self._ends:
            self._go_on()
        return self._curve.where(inner_v, bisect_right(keys, key, 1, len(keys) - 1) - 1)
