# SPDX-License-Identifier: Apache-2.0
"""The voltage of a capacitor over the rows of a measured curve, by ``boards/power``, fast enough to be fitted.

``Balance`` tells the currents; they are kept as Chebyshev polynomials of the inner voltage, one for each piece between
edges. The whole curve is then one system of equations, a step of three-point Lobatto collocation for each interval
(order 4, and stable where a clamp is stiff), and Newton solves it with a matrix of two diagonals: milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from xky.boards.description.power import PowerDescription
from xky.boards.power.balance import Balance, charging_curve
from xky.emulator.supply import Supply

__all__ = ["Rows", "Trajectory", "Unknowns"]

_DEGREE = 14  # a smooth current over a volt or two: ten digits
_FINE = 1e-7  # of the charging current: under a microvolt after minutes
_LEVELS = 12  # currents of the load at which the balance is drawn; between, the curves are blended
_REACH_V = 0.3  # beyond the measured voltages and the drop in the ESR
_STEP_V = 0.1  # a row's interval in which the voltage goes further is divided
_NEAR_EDGE_V, _AT_EDGE = 0.05, 8  # near an edge of the current it is divided into so many
_KEPT = 16  # tables of currents
_MOST_STEPS = 64  # of an interval
_SETTLED_V = 1e-9


@dataclass(frozen=True, slots=True)
class Rows:
    """A measured curve.

    Attributes:
        times_s: ascending.
        volts: at the capacitor's terminals.
        loads_a: of the rail, from this row until the next.
        supplied: whether the meter supplies, from this row until the next.
        counts: of measured rows of which this one is the mean.
    """

    times_s: Any
    volts: Any
    loads_a: Any
    supplied: Any
    counts: Any

    def __len__(self) -> int:
        return len(self.times_s)


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What a curve depends on.

    Attributes:
        capacitance_f: of the capacitor.
        esr_ohm: of the capacitor.
        source_ohm: of the meter.
        leakage_a: of the capacitor, at its rated voltage.
        start_v: inner voltage at the first row.
    """

    capacitance_f: float
    esr_ohm: float
    source_ohm: float
    leakage_a: float
    start_v: float


class Trajectory:
    """The curve that a power train makes under the loads and supplies of measured rows.

    Args:
        power: lives on the TIC.
        supply: while it supplies; its resistance is that of the unknowns.
        rows: of the curve.
    """

    def __init__(self, power: PowerDescription, supply: Supply, rows: Rows) -> None:
        assert power.capacitor is not None
        self._power, self._supply, self._rows = power, supply, rows
        self._tables: dict[tuple[float, float], _CurrentTable] = {}
        most_in_a = np.sqrt(2) * supply.open_circuit_v / supply.source_ohm
        drop_v = 2 * power.capacitor.esr_ohm * np.array((most_in_a, np.abs(rows.loads_a).max()))
        self._span_v = float(rows.volts.min() - _REACH_V - drop_v[0]), float(rows.volts.max() + _REACH_V + drop_v[1])
        edges_v = np.array(Balance(power, supply, 0.0).knots)
        self._widths_s, self._of_row = _grid(rows, edges_v)
        self._last = np.append(np.flatnonzero(np.diff(self._of_row)), len(self._of_row) - 1)  # interval before a row
        levels = np.unique(rows.loads_a)
        if len(levels) > _LEVELS:
            levels = np.linspace(levels[0], levels[-1], _LEVELS)
        self._levels = levels
        level = np.clip(np.searchsorted(levels, rows.loads_a, side="right") - 1, 0, max(len(levels) - 2, 0))
        above = np.minimum(level + 1, len(levels) - 1)
        gap_a = np.where(above > level, levels[above] - levels[level], 1.0)
        share = np.clip((rows.loads_a - levels[level]) / gap_a, 0.0, 1.0)
        state = level + len(levels) * rows.supplied.astype(int)
        self._row_states = _States(state, state + above - level, share)
        self._used = {*state.tolist(), *(state + above - level)[share > 0].tolist()}
        self._states = self._row_states.of(self._of_row)
        self._guess_v = np.interp(
            rows.times_s[0] + np.concatenate(([0.0], np.cumsum(self._widths_s))), rows.times_s, rows.volts
        )

    def volts(self, unknowns: Unknowns) -> Any:
        """Terminal voltages at the rows."""
        motion = self._motion(unknowns)
        inner_v = self._solve(motion, unknowns)
        self._guess_v = inner_v  # near enough for the next
        at_rows = np.concatenate((inner_v[:1], inner_v[1 + self._last[: len(self._rows) - 1]]))
        return motion.terminal_v(self._row_states, at_rows)

    def _solve(self, motion: "_Motion", unknowns: Unknowns) -> Any:
        from scipy.linalg import solve_banded

        v = self._guess_v.copy()
        v[0] = unknowns.start_v
        h = self._widths_s
        bands = np.zeros((2, len(v)))
        wrong = np.zeros(len(v))
        bands[0, 0] = 1.0
        for _ in range(40):
            left, left_slope = motion.rate(self._states, v[:-1])
            right, right_slope = motion.rate(self._states, v[1:])
            middle_v = 0.5 * (v[:-1] + v[1:]) + h / 8 * (left - right)
            middle, middle_slope = motion.rate(self._states, middle_v)
            wrong[1:] = v[1:] - v[:-1] - h / 6 * (left + 4 * middle + right)
            bands[1, :-1] = -1 - h / 6 * (left_slope + 4 * middle_slope * (0.5 + h / 8 * left_slope))
            bands[0, 1:] = 1 - h / 6 * (right_slope + 4 * middle_slope * (0.5 - h / 8 * right_slope))
            step = solve_banded((1, 0), bands, -wrong)
            v = v + step
            if np.abs(step).max() < _SETTLED_V:
                break
        return v

    def _motion(self, unknowns: Unknowns) -> "_Motion":
        assert self._power.capacitor is not None
        key = unknowns.source_ohm, unknowns.esr_ohm
        if key not in self._tables:
            if len(self._tables) >= _KEPT:
                self._tables.clear()
            self._tables[key] = self._draw(*key)
        leakage_s = unknowns.leakage_a / self._power.capacitor.rated_v
        return _Motion(self._tables[key], unknowns.capacitance_f, leakage_s)

    def _draw(self, source_ohm: float, esr_ohm: float) -> "_CurrentTable":
        """The currents of all states, without the leakage: it and C do not change them."""
        assert self._power.capacitor is not None
        capacitor = self._power.capacitor.model_copy(update={"esr_ohm": esr_ohm, "leakage_a": 0.0})
        power = self._power.model_copy(update={"capacitor": capacitor})
        supply = Supply("measured", self._supply.open_circuit_v, source_ohm)
        sources = {on: supply if on else supply.cut for on in (False, True) if (self._rows.supplied == on).any()}
        charging = {on: charging_curve(power, source, fine=_FINE) for on, source in sources.items()}
        states: list[list[_Segment]] = []
        for number in range(2 * len(self._levels)):
            on, level = divmod(number, len(self._levels))
            states.append([])
            if number in self._used:
                balance = Balance(power, sources[bool(on)], float(self._levels[level]), charging=charging[bool(on)])
                states[-1] += _pieces(balance, self._span_v)
        return _CurrentTable(states)


def _grid(rows: Rows, edges_v: Any) -> tuple[Any, Any]:
    """Widths of the steps from the first row to the last, and the row in whose interval each lies."""
    low_v = np.minimum(rows.volts[:-1], rows.volts[1:]) - _NEAR_EDGE_V
    high_v = np.maximum(rows.volts[:-1], rows.volts[1:]) + _NEAR_EDGE_V
    divided = np.ceil(np.abs(np.diff(rows.volts)) / _STEP_V)
    for edge_v in edges_v:
        divided = np.where((low_v < edge_v) & (edge_v < high_v), np.maximum(divided, _AT_EDGE), divided)
    divided = np.clip(divided, 1, _MOST_STEPS).astype(int)
    of_row = np.repeat(np.arange(len(divided)), divided)
    return (np.diff(rows.times_s) / divided)[of_row], of_row


@dataclass(frozen=True, slots=True)
class _States:
    """For each place the two states (supply and level of the load) that are blended, and the share of the second."""

    first: Any
    second: Any
    share: Any

    def of(self, places: Any) -> "_States":
        return _States(self.first[places], self.second[places], self.share[places])


@dataclass(frozen=True, slots=True)
class _Segment:
    """Between two edges: current into the capacitance, and the terminal voltage, as polynomials on -1 to 1."""

    low_v: float
    high_v: float
    net: Any
    terminal: Any


_NODES = chebyshev.chebpts1(_DEGREE + 1)
_FROM_VALUES = np.linalg.inv(chebyshev.chebvander(_NODES, _DEGREE))


def _pieces(balance: Balance, span_v: tuple[float, float]) -> list[_Segment]:
    ends = [span_v[0], *(v for v in balance.knots if span_v[0] < v < span_v[1]), span_v[1]]
    pieces = []
    for low_v, high_v in pairwise(ends):
        at_v = (low_v + (high_v - low_v) * 0.5 * (_NODES + 1)).tolist()
        net_a, terminals_v = [balance.net_a(v) for v in at_v], [balance.terminal_v(v) for v in at_v]
        pieces.append(_Segment(low_v, high_v, _FROM_VALUES @ net_a, _FROM_VALUES @ terminals_v))
    return pieces


class _CurrentTable:
    """The pieces of all states, so that all places are looked up at once.

    Attributes:
        starts_v: of each piece of each state.
        lows_v: likewise; where there is no piece, what divides well.
        highs_v: likewise.
        net: coefficients of the current.
        terminal: of the terminal voltage.
    """

    def __init__(self, states: Sequence[Sequence[_Segment]]) -> None:
        shape = len(states), max(map(len, states))
        self.starts_v = np.full(shape, np.inf)
        self.lows_v, self.highs_v = np.zeros(shape), np.ones(shape)
        self.net, self.terminal = np.zeros((_DEGREE + 1, *shape)), np.zeros((_DEGREE + 1, *shape))
        for number, pieces in enumerate(states):
            for place, piece in enumerate(pieces):
                at = number, place
                self.starts_v[at] = self.lows_v[at] = piece.low_v
                self.highs_v[at] = piece.high_v
                self.net[:, number, place], self.terminal[:, number, place] = piece.net, piece.terminal
        self.terminal_slope = self.slope_of(self.terminal)

    def slope_of(self, coefficients: Any) -> Any:
        """Of polynomials, with the voltage."""
        return chebyshev.chebder(coefficients) * (2 / (self.highs_v - self.lows_v))


class _Motion:
    """How the inner voltage goes in each state, with one capacitance and leakage."""

    def __init__(self, table: _CurrentTable, capacitance_f: float, leakage_s: float) -> None:
        self._table = table
        rate = table.net.copy()
        rate[0] -= leakage_s * (table.lows_v + table.highs_v) / 2
        rate[1] -= leakage_s * (table.highs_v - table.lows_v) / 2
        self._rate = rate / capacitance_f
        self._slope = table.slope_of(self._rate)

    def rate(self, states: _States, inner_v: Any) -> tuple[Any, Any]:
        """Volts a second, and its change with the voltage."""
        return self._blended(self._rate, self._slope, states, inner_v)

    def terminal_v(self, states: _States, inner_v: Any) -> Any:
        """At the terminals."""
        return self._blended(self._table.terminal, self._table.terminal_slope, states, inner_v)[0]

    def _blended(self, values: Any, slopes: Any, states: _States, inner_v: Any) -> tuple[Any, Any]:
        value, slope = self._look_up(values, slopes, states.first, inner_v)
        if states.share.any():
            other, other_slope = self._look_up(values, slopes, states.second, inner_v)
            value = value + states.share * (other - value)
            slope = slope + states.share * (other_slope - slope)
        return value, slope

    def _look_up(self, values: Any, slopes: Any, state: Any, inner_v: Any) -> tuple[Any, Any]:
        table = self._table
        piece = np.maximum((table.starts_v[state] <= inner_v[:, None]).sum(axis=1) - 1, 0)
        low_v, high_v = table.lows_v[state, piece], table.highs_v[state, piece]
        inside_v = np.clip(inner_v, low_v, high_v)  # beyond the span it goes on as a line
        x = (2 * inside_v - low_v - high_v) / (high_v - low_v)
        value = chebyshev.chebval(x, values[:, state, piece], tensor=False)
        slope = chebyshev.chebval(x, slopes[:, state, piece], tensor=False)
        return value + slope * (inner_v - inside_v), slope
