# SPDX-License-Identifier: Apache-2.0
"""Boards as they are made, age and stand: which share of them lives, and which part's tolerance matters most.

Each way in which boards differ is one number between 0 and 1; what it means for a board is written here once, for
the sample that gives the yield and for the one that gives Sobol's indices.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from xky.boards.description.board import Board
from xky.boards.description.phases import state_names
from xky.boards.description.states import SLEEP
from xky.protocol import InputError, Mode

from ..population import Population
from ..population.population import LASTS, OPEN_CIRCUIT, SOURCE, TEMPERATURE, Array
from ..units import told_value
from .results_file import OUTPUTS

__all__ = [
    "REACH",
    "Difference",
    "SobolIndex",
    "Yield",
    "columns_of",
    "differences_of",
    "sample_of",
    "sampled_population",
    "yield_of",
]

REACH = 3.0  # standard deviations beyond which a maker sorts parts out
_LEAST = 0.05  # share of a nominal value that is left at the least
_LOADED_W = 0.130  # 54E table 1: what every meter gives at least, at 6 V rms within 10 %
_LOADED_V = (5.4, 6.6)
_OPEN_V = (10.8, 13.0)  # twice the lowest of these, for a matched load; 54E §4: at most 13 V rms
_LEAST_ROWS, _MOST_ROWS = 64, 4096  # of Sobol's sequence
_CONFIDENCE = 0.95
_WORST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which boards of a build differ.

    Attributes:
        name: for tables.
        what: how it is distributed, for people.
        kind: ``tolerance``, ``age``, ``current``, ``lasts``, ``temperature``, ``open`` or ``loaded``.
        load: of ``current`` and ``lasts``.
        low: least value, or standard deviation of those that are normal.
        high: largest.
    """

    name: str
    what: str
    kind: str
    load: str = ""
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class SobolIndex:
    """How much of the margin's variance one difference makes.

    Attributes:
        name: of the difference.
        what: see ``Difference``.
        first: Sobol's index of first order: by itself.
        first_95: half the width of its interval of 95 %.
        total: of total order: together with all others.
        total_95: likewise.
    """

    name: str
    what: str
    first: float
    first_95: float
    total: float
    total_95: float


@dataclass(frozen=True)
class Yield:
    """What a sample of boards came to.

    Attributes:
        boards: in the sample.
        live: of them.
        wilson: interval of 95 % of the share that lives, after Wilson.
        exact: the same after Clopper and Pearson.
        start: of them, that come to a first wake.
        margin_v: of each.
        worst_v: margin that 5 % of the boards do not reach.
        median_v: half of them.
        indices: of all differences, those that matter most first.
        index_boards: boards that ``indices`` are from.
        dead_with_margin: boards that do not live, though they never brown out.
    """

    boards: int
    live: int
    wilson: tuple[float, float]
    exact: tuple[float, float]
    start: int
    margin_v: Array
    worst_v: float
    median_v: float
    indices: Sequence[SobolIndex]
    index_boards: int
    dead_with_margin: int = 0

    @property
    def share(self) -> float:
        """That lives."""
        return self.live / self.boards

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "boards": self.boards, "live": self.live, "yield": self.share, "start": self.start,
            "yield_95_wilson": list(self.wilson), "yield_95_clopper_pearson": list(self.exact),
            "margin_v": {"5 %": self.worst_v, "50 %": self.median_v},
            "sobol": {
                "boards": self.index_boards,
                "of": "margin_v",
                "indices": [
                    {"name": one.name, "distribution": one.what, "first": one.first, "first_95": one.first_95,
                     "total": one.total, "total_95": one.total_95} for one in self.indices
                ],
            },
        }  # fmt: skip


def differences_of(
    board: Board, mode: Mode, temperatures_c: tuple[float, float], *, any_meter: bool
) -> Sequence[Difference]:
    """In what boards differ, from what the board's file says of its parts.

    Args:
        board: lives on the TIC.
        mode: of the TIC.
        temperatures_c: lowest and highest.
        any_meter: the supply too is any that just meets the specification.
    """
    power = board.power
    if power is None or power.capacitor is None:
        return ()
    capacitor = power.capacitor
    found = []
    if capacitor.tolerance > 0:
        share = capacitor.tolerance
        what = f"capacitance ± {100 * share:g} %, even{_assumed(capacitor, 'tolerance')}"
        found.append(Difference("capacitor: tolerance", what, "tolerance", "", -share, share))
    if capacitor.aged_capacitance > 0 or capacitor.aged_esr > 0:
        what = (
            f"0 to end of life: {-100 * capacitor.aged_capacitance:+g} % F, {100 * capacitor.aged_esr:+g} % ESR, even"
            f"{_assumed(capacitor, 'aged_capacitance', 'aged_esr')}"
        )
        found.append(Difference("capacitor: age", what, "age", "", 0.0, 1.0))
    for name in dict.fromkeys(state_names(board, mode)):
        load = power.loads.get(name)
        if load is None:
            continue
        if load.current_spread > 0 and load.current_a > 0:
            what = (
                f"{told_value(load.current_a, 'A')}, {_normal(load.current_spread)}{_assumed(load, 'current_spread')}"
            )
            found.append(Difference(f"{name}: current", what, "current", name, load.current_spread))
        if load.duration_spread > 0 and name != SLEEP:
            what = f"{_normal(load.duration_spread)}{_assumed(load, 'duration_spread')}"
            found.append(Difference(f"{name}: duration", what, "lasts", name, load.duration_spread))
    low_c, high_c = temperatures_c
    if high_c > low_c:
        found.append(Difference("temperature", f"{low_c:g} to {high_c:g} °C, even", "temperature", "", low_c, high_c))
    if any_meter:
        low_v, high_v = _OPEN_V
        found.append(
            Difference("meter: open circuit", f"{low_v:g} to {high_v:g} V rms, even", "open", "", low_v, high_v)
        )
        low_v, high_v = _LOADED_V
        what = f"{1e3 * _LOADED_W:g} mW at {low_v:g} to {high_v:g} V rms, even"
        found.append(Difference("meter: under load", what, "loaded", "", low_v, high_v))
    return found


def _normal(spread: float) -> str:
    return f"normal, standard deviation {100 * spread:g} %"


def _assumed(part: BaseModel, *keys: str) -> str:
    """Where the board's file does not say a spread, that is told."""
    return "" if part.model_fields_set.issuperset(keys) else ", assumed"


def columns_of(board: Board, differences: Sequence[Difference], drawn: Array) -> Mapping[str, Array]:
    """What numbers between 0 and 1 mean for boards.

    Args:
        board: of whose build they are.
        differences: in this order.
        drawn: one row a board, one column a difference.
    """
    from scipy.stats import norm

    power = board.power
    assert power is not None and power.capacitor is not None
    capacitor = power.capacitor
    least, most = norm.cdf(-REACH), norm.cdf(REACH)
    capacitance_f = np.full(len(drawn), capacitor.capacitance_f)
    columns: dict[str, Array] = {}
    for one, share in zip(differences, drawn.T, strict=True):
        even = one.low + (one.high - one.low) * share
        factor = np.maximum(1 + one.low * norm.ppf(least + (most - least) * share), _LEAST)
        if one.kind == "tolerance":
            capacitance_f = capacitance_f * (1 + even)
        elif one.kind == "age":
            capacitance_f = capacitance_f * (1 - capacitor.aged_capacitance * even)
            columns["power.capacitor.esr_ohm"] = capacitor.esr_ohm * (1 + capacitor.aged_esr * even)
        elif one.kind == "current":
            load = power.loads[one.load]
            columns[f"power.loads.{one.load}.current_a"] = load.current_a * factor
            if load.peak_a is not None:
                columns[f"power.loads.{one.load}.peak_a"] = load.peak_a * factor
        elif one.kind == "lasts":
            columns[LASTS + one.load] = factor
        else:
            columns[{"temperature": TEMPERATURE, "open": OPEN_CIRCUIT, "loaded": SOURCE}[one.kind]] = even
    if "tolerance" in (kinds := [one.kind for one in differences]) or "age" in kinds:
        columns["power.capacitor.capacitance_f"] = capacitance_f
    if "loaded" in kinds:  # so far the voltage under load
        loaded_v = columns[SOURCE]
        columns[SOURCE] = (columns[OPEN_CIRCUIT] - loaded_v) * loaded_v / _LOADED_W
    return columns


def sample_of(differences: Sequence[Difference], boards: int, seed: int) -> Array:
    """Numbers between 0 and 1: of the boards of the yield, then of those of Sobol's indices.

    Raises:
        InputError: boards do not differ in anything.
    """
    if not differences:
        raise InputError("--monte-carlo: boards of this build do not differ in anything; give its parts tolerances")
    from SALib.sample import sobol

    drawn = np.random.default_rng(seed).random((boards, len(differences)))
    rows = int(np.clip(2 ** int(np.log2(max(boards / (len(differences) + 2), 1))), _LEAST_ROWS, _MOST_ROWS))
    spread = sobol.sample(_problem(differences), rows, calc_second_order=False, seed=seed)
    return np.concatenate([drawn, spread])


def yield_of(differences: Sequence[Difference], results: Array, boards: int, seed: int) -> Yield:
    """What the results of a sample come to.

    Args:
        differences: of the boards.
        results: one row a board as ``OUTPUTS`` names them, in the order of ``sample_of``.
        boards: those of the yield.
        seed: of the intervals of the indices.
    """
    from scipy.stats import binomtest

    margin_v = results[:boards, OUTPUTS.index("margin_v")]
    lives = results[:boards, OUTPUTS.index("lives")] > 0
    live = int(lives.sum())
    test = binomtest(live, boards)
    wilson, exact = (test.proportion_ci(_CONFIDENCE, method) for method in ("wilson", "exact"))
    return Yield(
        boards, live, (float(wilson.low), float(wilson.high)), (float(exact.low), float(exact.high)),
        int(np.isfinite(results[:boards, OUTPUTS.index("start_s")]).sum()), margin_v,
        float(np.quantile(margin_v, _WORST_SHARE)), float(np.median(margin_v)),
        _indices(differences, results[boards:, OUTPUTS.index("margin_v")], seed), len(results) - boards,
        int(((margin_v > 0) & ~lives).sum()),
    )  # fmt: skip


def sampled_population(board: Board, differences: Sequence[Difference], drawn: Array, **rest: Any) -> Population:
    """The boards of a sample; ``rest`` goes to ``Population``."""
    return Population(board, len(drawn), columns_of(board, differences, drawn), **rest)


def _problem(differences: Sequence[Difference]) -> dict[str, Any]:
    names = [one.name for one in differences]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _indices(differences: Sequence[Difference], margin_v: Array, seed: int) -> Sequence[SobolIndex]:
    if float(np.ptp(margin_v)) == 0.0:
        return [SobolIndex(one.name, one.what, 0.0, 0.0, 0.0, 0.0) for one in differences]
    from SALib.analyze import sobol

    # SALib (1.6.0, sobol.analyze) takes a seed of 0 for none, and its intervals would differ from run to run
    found = sobol.analyze(
        _problem(differences), margin_v, calc_second_order=False, conf_level=_CONFIDENCE, seed=seed + 1
    )
    columns = [found[name].tolist() for name in ("S1", "S1_conf", "ST", "ST_conf")]
    indices = [SobolIndex(one.name, one.what, *values) for one, *values in zip(differences, *columns, strict=True)]
    return sorted(indices, key=lambda one: -one.total)
