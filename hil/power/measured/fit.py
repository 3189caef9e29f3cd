# SPDX-License-Identifier: Apache-2.0
"""A measured curve fitted to capacitance, ESR, source resistance and leakage, each with its uncertainty.

No curve shows all four. What a curve does not narrow to half of what was known before it stays at the board's value;
what is unsure about that value is then part of the uncertainty of the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

import numpy as np

from xky.boards.description.power import PowerDescription
from xky.emulator.supply import Supply
from xky.protocol import InputError

from .trajectory import Rows, Trajectory, Unknowns

__all__ = ["COVERAGE_K", "Fit", "FittedParameter", "fit"]

COVERAGE_K = 2.0  # uncertainties are so many standard deviations: 95 % of cases
_SOURCE_SPREAD = 0.2  # half width, relative: 225 to 335 ohm (54E §4)
_LEAST_ESR_OHM, _LEAST_LEAK_A = 0.05, 2e-6  # half width of what is unsure where a board says nothing
_NARROWED = 0.5  # a curve shows what it narrows to this share of what was known before
_NO_BETTER = 1.5  # what is no surer than so many times what was known before is not shown by the curve
_AS_GOOD = 1.05  # costs that differ by less are the same
_RIDGE = 1e-10  # of the information: a direction that no row shows has a finite uncertainty all the same
_LEAST_NOISE_V = 1e-4  # no model of real diodes is nearer: what only smaller deviations show is not shown
_CORRELATED = 3.3  # standard deviations of a correlation by chance: one case in a thousand
_BEYOND = 3.0  # residuals so many times the noise are no noise
_ROUGH_STEP = 2.0  # a converter's step of so many standard deviations of the noise is not drowned in it
_FAR = 4.0  # ln of how far a fit may go from the board's value


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One of the unknowns.

    Attributes:
        key: field of ``Unknowns``.
        title: for people.
        unit: for people.
        logarithmic: fitted by its logarithm.
        needs: what a curve must have to show it.
    """

    key: str
    title: str
    unit: str
    logarithmic: bool
    needs: str


_PARAMETERS = (
    _Parameter("capacitance_f", "capacitance", "F", True, "a known load, or a known source (--source-ohm)"),
    _Parameter("esr_ohm", "ESR", "Ω", False, "a step of the load, or of the supply"),
    _Parameter("source_ohm", "source resistance", "Ω", True, "a known load beside the charge from the meter"),
    _Parameter("leakage_a", "leakage", "A", False, "a long rest without load and supply"),
)
_GIVEN_UP_FIRST = (3, 1, 2, 0)  # where two would do
_SOURCE, _START = 2, len(_PARAMETERS)  # numbers of the source resistance, and of the inner voltage at the first row


@dataclass(frozen=True, slots=True)
class FittedParameter:
    """What a curve says of one unknown.

    Attributes:
        key: such as ``esr_ohm``.
        title: for people.
        unit: of all values.
        value: fitted; the board's where the curve does not show it.
        uncertainty: of the value, ``COVERAGE_K`` standard deviations.
        from_assumed: the part of it that comes from what was not fitted.
        nominal: of the board, or of the supply.
        seen: whether the curve shows it.
        needs: what a curve must have to show it.
    """

    key: str
    title: str
    unit: str
    value: float
    uncertainty: float
    from_assumed: float
    nominal: float
    seen: bool
    needs: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted curve.

    Attributes:
        rows: that were fitted.
        model_v: fitted voltage at each row.
        parameters: capacitance, ESR, source resistance, leakage.
        noise_v: standard deviation of a measured row, from the residuals.
        warnings: what a person should know before believing the uncertainties.
    """

    rows: Rows
    model_v: Any
    parameters: Sequence[FittedParameter]
    noise_v: float
    warnings: Sequence[str]

    def of(self, key: str) -> FittedParameter:
        """One of the unknowns by its key."""
        return next(one for one in self.parameters if one.key == key)


def fit(power: PowerDescription, supply: Supply, rows: Rows, *, source_known: bool = False) -> Fit:
    """Fit a power train to a curve.

    Args:
        power: of the board; it lives on the TIC.
        supply: that it was charged from; its open-circuit voltage is taken as known.
        rows: of the curve.
        source_known: the supply's resistance was measured: it is not fitted, and nothing is unsure about it.

    Raises:
        InputError: the curve shows none of the unknowns.
    """
    search = _Search(power, supply, rows, source_known=source_known)
    noise_v = max(_noise_v(rows), _LEAST_NOISE_V)
    free = search.seen(search.jacobian(search.nominal), noise_v, search.candidates)
    while True:
        if free == [_START]:
            raise InputError(
                "the curve shows none of capacitance, ESR, source resistance and leakage; measure a longer one, "
                "with a load or a charge that moves the voltage"
            )
        place, residuals, settled = search.solve(search.nominal, free)
        noise_v = max(sqrt(float(residuals @ residuals) / max(len(rows) - len(free), 1)), _LEAST_NOISE_V)
        jacobian = search.jacobian(place)
        still = search.seen(jacobian, noise_v, free)
        if still == free:
            assumed = search.from_assumed(place, free)
            still = [number for number in free if assumed[number] <= (_NO_BETTER * search.spread[number]) ** 2]
            if still == free:
                break
        free = still
    widened = _widened(residuals)
    variances = search.spread**2
    variances[free] = search.variances(jacobian, noise_v * sqrt(widened), free) + assumed[free]
    parameters = [
        _fitted(parameter, search, place, float(variances[number]), float(assumed[number]), number, seen=number in free)
        for number, parameter in enumerate(_PARAMETERS)
    ]
    warnings = tuple(_warnings(rows, residuals, noise_v, widened, settled=settled))
    return Fit(rows, rows.volts + residuals / np.sqrt(rows.counts), parameters, noise_v, warnings)


def _fitted(
    parameter: _Parameter, search: "_Search", place: Any, variance: float, assumed: float, number: int, *, seen: bool
) -> FittedParameter:
    value, nominal = search.value(number, place), search.value(number, search.nominal)
    scale = COVERAGE_K * (value if parameter.logarithmic else 1.0)
    from_assumed = scale * sqrt(assumed if seen else variance)
    return FittedParameter(
        parameter.key,
        parameter.title,
        parameter.unit,
        value,
        scale * sqrt(variance),
        from_assumed,
        nominal,
        seen,
        parameter.needs,
    )


class _Search:
    """The unknowns as a place: logarithms or values, and the inner voltage at the start."""

    def __init__(self, power: PowerDescription, supply: Supply, rows: Rows, *, source_known: bool) -> None:
        capacitor = power.capacitor
        assert capacitor is not None
        self._rows = rows
        self._weights = np.sqrt(rows.counts)
        self._trajectory = Trajectory(power, supply, rows)
        self.nominal = np.array([log(capacitor.capacitance_f), capacitor.esr_ohm, log(supply.source_ohm),
                                 capacitor.leakage_a, float(rows.volts[0])])  # fmt: skip
        half_widths = (
            max(capacitor.tolerance, 0.01),
            max(capacitor.esr_ohm, _LEAST_ESR_OHM),
            0.0 if source_known else _SOURCE_SPREAD,
            max(capacitor.leakage_a, _LEAST_LEAK_A),
            1.0,
        )
        self.spread = np.array(half_widths) / COVERAGE_K
        self._steps = np.array([1e-3, 0.05, 1e-3, 0.5, 1e-3]) * (1.0, half_widths[1], 1.0, half_widths[3], 1.0)
        reach = np.array([_FAR, 50 * half_widths[1], _FAR, 200 * half_widths[3], 5.0])
        self._low, self._high = self.nominal - reach, self.nominal + reach
        self._low[1] = -0.5 * supply.source_ohm * exp(-_FAR)  # all resistance of the loop stays positive
        self.candidates = [number for number in range(_START + 1) if not (source_known and number == _SOURCE)]

    def value(self, number: int, place: Any) -> float:
        """Of an unknown at a place."""
        return exp(place[number]) if number < _START and _PARAMETERS[number].logarithmic else float(place[number])

    def _residuals(self, place: Any) -> Any:
        unknowns = Unknowns(*(self.value(number, place) for number in range(_START + 1)))
        return (self._trajectory.volts(unknowns) - self._rows.volts) * self._weights

    def jacobian(self, place: Any, free: Sequence[int] = range(_START + 1)) -> Any:
        """Change of the residuals with each of the unknowns."""
        here = self._residuals(place)
        columns = []
        for number in free:
            there = place.copy()
            there[number] += self._steps[number]
            columns.append((self._residuals(there) - here) / self._steps[number])
        return np.column_stack(columns)

    def solve(self, place: Any, free: Sequence[int]) -> tuple[Any, Any, bool]:
        """Place of least squares, residuals there, and whether it is a place of its own."""
        from scipy.optimize import least_squares

        def whole(part: Any) -> Any:
            full = place.copy()
            full[free] = part
            return full

        with np.errstate(over="ignore", invalid="ignore"):
            result = least_squares(
                lambda part: np.nan_to_num(self._residuals(whole(part)), nan=1e3, posinf=1e3, neginf=-1e3),
                place[free], lambda part: self.jacobian(whole(part), free), (self._low[free], self._high[free]),
                x_scale=self.spread[free] + 1e-9, ftol=1e-9, xtol=1e-8, gtol=1e-12, max_nfev=60,
            )  # fmt: skip
        settled = bool(result.success) and not result.active_mask.any()
        return whole(result.x), result.fun, settled

    def seen(self, jacobian: Any, noise_v: float, free: Sequence[int]) -> list[int]:
        """Those of the unknowns that the curve narrows; one after the other is given up, whose value costs least."""
        free = list(free)
        while True:
            noise, assumed = self.covariance(jacobian, noise_v, free)
            known = self.spread[free] ** 2
            blurred = (noise > _NARROWED**2 * known) | (noise + assumed > _NO_BETTER**2 * known)
            doubtful = [number for number, is_so in zip(free, blurred, strict=True) if is_so and number != _START]
            if not doubtful:
                return free
            costs = {
                number: self._cost(jacobian, noise_v, [one for one in free if one != number]) for number in doubtful
            }
            least = min(costs.values())
            free.remove(next(n for n in _GIVEN_UP_FIRST if n in costs and costs[n] <= _AS_GOOD * least))

    def _cost(self, jacobian: Any, noise_v: float, free: Sequence[int]) -> float:
        """What is unsure about all of it, where these are fitted: 1 for each unknown that is no better than before."""
        noise, assumed = self.covariance(jacobian, noise_v, free)
        return float(((noise + assumed) / self.spread[free] ** 2).sum()) + _START + 1 - len(free)

    def variances(self, jacobian: Any, noise_v: float, free: Sequence[int]) -> Any:
        """Of what is free, from the noise alone."""
        scale = self.spread[free]
        scaled = jacobian[:, free] * scale / noise_v
        information = scaled.T @ scaled
        information += np.eye(len(scale)) * (_RIDGE * np.trace(information) + 1e-12)
        return np.diag(np.linalg.inv(information)) * scale**2

    def covariance(self, jacobian: Any, noise_v: float, free: Sequence[int]) -> tuple[Any, Any]:
        """Variances of what is free: from the noise, and, near enough, from what is unsure about the rest."""
        rest = [number for number in range(_START) if number not in free]
        moved, *_ = np.linalg.lstsq(
            jacobian[:, free] * self.spread[free], jacobian[:, rest] * self.spread[rest], rcond=None
        )
        return self.variances(jacobian, noise_v, free), (moved**2).sum(axis=1) * self.spread[free] ** 2

    def from_assumed(self, place: Any, free: Sequence[int]) -> Any:
        """Variances from what is unsure about the rest: fitted again with each of its values higher and lower."""
        variances = np.zeros(len(place))
        for number in range(_START):
            if number in free or self.spread[number] == 0.0:
                continue
            for shift in (-self.spread[number], self.spread[number]):
                there = place.copy()
                there[number] += shift
                moved = self.solve(there, free)[0] - place
                variances[free] += moved[free] ** 2 / 2
        return variances


def _noise_v(rows: Rows) -> float:
    """Standard deviation of a row, by what second differences leave of the curve."""
    bends_v = np.diff(rows.volts, 2)
    return float(1.4826 * np.median(np.abs(bends_v)) / sqrt(6))


def _correlations(residuals: Any) -> list[float]:
    """Of neighbours at distance 1, 2, … up to the first that may be chance."""
    n = len(residuals)
    power = float(residuals @ residuals)
    found = []
    for distance in range(1, n // 3):
        correlation = float(residuals[:-distance] @ residuals[distance:]) / power if power else 0.0
        if correlation < _CORRELATED / sqrt(n):
            break
        found.append(correlation)
    return found


def _widened(residuals: Any) -> float:
    """Of the variance, for residuals that go together: so many rows tell as much as one."""
    return 1 + 2 * sum(_correlations(residuals))


def _step_v(volts: Any) -> float:
    """Step of the converter that wrote the voltages; 0 where none is to be seen."""
    gaps_v = np.diff(np.unique(volts))
    if not len(gaps_v):
        return 0.0
    steps = gaps_v / gaps_v.min()
    return float(gaps_v.min()) if np.abs(steps - np.round(steps)).max() < 0.1 else 0.0


def _warnings(rows: Rows, residuals: Any, noise_v: float, widened: float, *, settled: bool) -> Sequence[str]:
    told = []
    if not settled:
        told.append("the fit did not settle; check the supply, the units of the columns, and the load's current")
    step_v = _step_v(rows.volts)
    if step_v > _ROUGH_STEP * noise_v:
        told.append(f"voltages come in steps of {1e3 * step_v:.3g} mV, coarser than the noise: errors of neighbours go "
                    "together; measure with more bits, or average")  # fmt: skip
    if widened > 1:
        told.append("residuals of neighbours go together (a drift, a coarse converter, what the model lacks): "
                    f"uncertainties are widened by {sqrt(widened):.2g}, and may still be too small")  # fmt: skip
    scatter_v = max(_noise_v(rows), step_v / sqrt(12), _LEAST_NOISE_V)
    if widened > 1 and noise_v > _BEYOND * scatter_v:
        told.append(f"the fitted curve misses by {1e3 * noise_v:.3g} mV rows that scatter by {1e3 * scatter_v:.3g} mV: "
                    "the model lacks something; check supply and load, and look at the residuals")  # fmt: skip
    return told
