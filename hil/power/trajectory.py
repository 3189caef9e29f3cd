# SPDX-License-Identifier: Apache-2.0
"""The voltage of a capacitor over a measured curve's rows, by the physics of ``boards/power``, fast enough to be fitted.

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
from scipy.linalg import solve_banded

from xky.boards.power.balance import Balance, charging_curve
from xky.boards.power.curve import Curve
from xky.boards.power.description import Power
from xky.emulator.supply import Supply

__all__ = ["Rows", "Trajectory", "Unknowns"]

_DEGREE = 14  # a smooth current over a volt or two: ten digits
_FINE = 1e-7  # of the charging current: under a microvolt after minutes
_LEVELS = 12  # currents of the load at which the balance is drawn; between, the curves are blended
_REACH_V = 0.7  # beyond the measured voltages
_STEP_V = 0.1  # a row's interval in which the voltage goes further is divided
_NEAR_EDGE_V, _AT_EDGE = 0.05, 8  # near an edge of the current it is divided into so many
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

    def __init__(self, power: Power, supply: Supply, rows: Rows) -> None:
        assert power.capacitor is not None
        self._power, self._supply, self._rows = power, supply, rows
        self._curves: dict[tuple[bool, float, float], Curve] = {}
        self._span_v = float(rows.volts.min()) - _REACH_V, float(rows.volts.max()) + _REACH_V
        edges_v = np.array(_balance(power, supply, 0.0, None).knots)
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
        capacitor = self._power.capacitor.model_copy(
            update={name: getattr(unknowns, name) for name in ("capacitance_f", "esr_ohm", "leakage_a")}
        )
        power = self._power.model_copy(update={"capacitor": capacitor})
        supply = Supply("measured", self._supply.open_circuit_v, unknowns.source_ohm)
        pieces: list[list[_Piece]] = []
        for on in (False, True):
            present = bool((self._rows.supplied == on).any())
            for level_a in self._levels:
                if not present:
                    pieces.append([])
                    continue
                source = supply if on else supply.cut
                key = on, unknowns.source_ohm, unknowns.esr_ohm
                if key not in self._curves:
                    if len(self._curves) > 16:
                        self._curves.clear()
                    self._curves[key] = charging_curve(power, source, fine=_FINE)
                pieces.append(_pieces(_balance(power, source, float(level_a), self._curves[key]), self._span_v))
        return _Motion(pieces)


def _balance(power: Power, supply: Supply, rail_a: float, charging: Curve | None) -> Balance:
    return Balance(power, supply, rail_a, charging=charging)


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
class _Piece:
    """Between two edges: the rate of the inner voltage, and the terminal voltage, as polynomials on -1 to 1."""

    low_v: float
    high_v: float
    rate: Any
    terminal: Any


def _pieces(balance: Balance, span_v: tuple[float, float]) -> list[_Piece]:
    ends = [span_v[0], *(v for v in balance.knots if span_v[0] < v < span_v[1]), span_v[1]]
    nodes = chebyshev.chebpts1(_DEGREE + 1)
    pieces = []
    for low_v, high_v in pairwise(ends):
        at_v = [float(v) for v in low_v + (high_v - low_v) * 0.5 * (nodes + 1)]
        rates = [balance.net_a(v) / balance.capacitance_f for v in at_v]
        terminals = [balance.terminal_v(v) for v in at_v]
        pieces.append(_Piece(low_v, high_v, _FROM_VALUES @ rates, _FROM_VALUES @ terminals))
    return pieces


_FROM_VALUES = np.linalg.inv(chebyshev.chebvander(chebyshev.chebpts1(_DEGREE + 1), _DEGREE))


class _Motion:
    """The pieces of all states in one table, so that all places are looked up at once."""

    def __init__(self, states: Sequence[Sequence[_Piece]]) -> None:
        most = max(map(len, states))
        self._starts_v = np.full((len(states), most), np.inf)
        self._lows, self._highs = np.zeros((len(states), most)), np.ones((len(states), most))
        self._rate = np.zeros((_DEGREE + 1, len(states), most))
        self._terminal = np.zeros((_DEGREE + 1, len(states), most))
        for number, pieces in enumerate(states):
            for place, piece in enumerate(pieces):
                self._starts_v[number, place] = piece.low_v
                self._lows[number, place], self._highs[number, place] = piece.low_v, piece.high_v
                self._rate[:, number, place], self._terminal[:, number, place] = piece.rate, piece.terminal
        self._slope = chebyshev.chebder(self._rate) * (2 / (self._highs - self._lows))

    def rate(self, states: _States, inner_v: Any) -> tuple[Any, Any]:
        """Volts a second, and its change with the voltage."""
        return self._blended((self._rate, self._slope), states, inner_v)

    def terminal_v(self, states: _States, inner_v: Any) -> Any:
        """At the terminals."""
        return self._blended((self._terminal, chebyshev.chebder(self._terminal) * (2 / (self._highs - self._lows))),
                             states, inner_v)[0]  # fmt: skip

    def _blended(self, tables: tuple[Any, Any], states: _States, inner_v: Any) -> tuple[Any, Any]:
        value, slope = self._look_up(tables, states.first, inner_v)
        if states.share.any():
            other, other_slope = self._look_up(tables, states.second, inner_v)
            value = value + states.share * (other - value)
            slope = slope + states.share * (other_slope - slope)
        return value, slope

    def _look_up(self, tables: tuple[Any, Any], state: Any, inner_v: Any) -> tuple[Any, Any]:
        piece = np.maximum((self._starts_v[state] <= inner_v[:, None]).sum(axis=1) - 1, 0)
        low_v, high_v = self._lows[state, piece], self._highs[state, piece]
        inside_v = np.clip(inner_v, low_v, high_v)  # beyond the span it goes on as a line
        x = (2 * inside_v - low_v - high_v) / (high_v - low_v)
        value = chebyshev.chebval(x, tables[0][:, state, piece], tensor=False)
        slope = chebyshev.chebval(x, tables[1][:, state, piece], tensor=False)
        return value + slope * (inner_v - inside_v), slope
