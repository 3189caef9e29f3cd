# SPDX-License-Identifier: Apache-2.0
"""Where the energy went: what came in is stored, lost in a part, or delivered.

Integrated over the voltage, not over time: so what is stored is met exactly, whatever the voltage's curve rounds.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import pairwise

from .balance import Losses
from .curve import gauss
from .train import PowerState

__all__ = ["EnergyBalance", "energy_of"]

_NODES = gauss(7)
_FINE = 1e-11
_FINE_REST = 1e-3  # share of the time that is taken for rest
_FINE_TIME = 1e-5  # of the time that the way took: else a way that slows down would leave a rest
_NARROW_V = 1e-6  # over so little, what is left of the error is that of the current's curve
_STANDS_V = 2e-9  # over so little the powers are what they are at its end

_Sums = tuple[float, ...]


@dataclass(slots=True)
class EnergyBalance:
    """Joules since a beginning.

    Attributes:
        source_j: all that came in from the meter.
        stored_j: more in the capacitor than before.
        meter_j: lost in the meter's resistance and the board's series resistor.
        diode_j: lost in the rectifier.
        charger_j: lost in the regulator before the capacitor and the clamp at its input.
        clamp_j: lost in the clamp across the capacitor.
        esr_j: lost in the capacitor's series resistance.
        leakage_j: lost in its leakage.
        regulator_j: lost in the regulator to the rail and the comparator.
        delivered_j: to the rail.
    """

    source_j: float = 0.0
    stored_j: float = 0.0
    meter_j: float = 0.0
    diode_j: float = 0.0
    charger_j: float = 0.0
    clamp_j: float = 0.0
    esr_j: float = 0.0
    leakage_j: float = 0.0
    regulator_j: float = 0.0
    delivered_j: float = 0.0

    def add(self, other: "EnergyBalance") -> None:
        """Take another part of the way in."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    @property
    def missing_j(self) -> float:
        """What came in and went nowhere: nothing, if the model is right."""
        return self.source_j - float(sum(getattr(self, field.name) for field in fields(self)[1:]))


def energy_of(state: PowerState, before_v: float, after_v: float, duration_s: float) -> EnergyBalance:
    """Where the energy went while the inner voltage moved.

    Args:
        state: supply and load.
        before_v: inner voltage at the beginning.
        after_v: at the end.
        duration_s: it took so long; what the way does not explain was spent at rest.
    """
    balance = state.balance

    def sums(low_v: float, high_v: float) -> _Sums:
        width_v = high_v - low_v
        totals = [0.0] * 10
        for node, weight in _NODES:
            at_v = low_v + node * width_v
            a_second = balance.capacitance_f * weight * width_v / balance.net_a(at_v)
            totals[0] += a_second
            for number, power_w in enumerate(_powers(balance.losses(at_v)), 1):
                totals[number] += a_second * power_w
        return tuple(totals)

    way: _Sums = (0.0,) * 10
    if abs(after_v - before_v) > _STANDS_V:
        low_v, high_v = sorted((before_v, after_v))
        edges = [
            before_v,
            *sorted((v for v in balance.knots if low_v < v < high_v), reverse=before_v > after_v),
            after_v,
        ]
        for start_v, end_v in pairwise(edges):
            way = _plus(way, _refined(sums, start_v, end_v, sums(start_v, end_v), 0.0, _FINE_TIME * duration_s))
        rest_s = duration_s - way[0]
        standing = rest_s > _FINE_REST * duration_s  # else it is what the two ways of reckoning round
    else:
        rest_s, standing = duration_s, True
    if standing:
        way = _plus(way, (rest_s, *(rest_s * power_w for power_w in _powers(balance.losses(after_v)))))
    stored_j = 0.5 * balance.capacitance_f * (after_v - before_v) * (after_v + before_v)
    return EnergyBalance(way[1], stored_j, *way[2:])


def _powers(losses: Losses) -> tuple[float, ...]:
    return tuple(getattr(losses, field.name) for field in fields(losses))


def _plus(one: _Sums, other: _Sums) -> _Sums:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _refined(
    sums: Callable[[float, float], _Sums], start_v: float, end_v: float, whole: _Sums, scale: float, fine_s: float
) -> _Sums:
    """The sums of a way, halved until they stand still; ``scale`` is that of all of it."""
    middle_v = 0.5 * (start_v + end_v)
    first, second = sums(start_v, middle_v), sums(middle_v, end_v)
    halves = _plus(first, second)
    scale = max(scale, *(abs(part) for part in halves[1:]))
    fine = abs(whole[0] - halves[0]) <= fine_s and all(
        abs(a - b) <= _FINE * scale for a, b in zip(whole[1:], halves[1:], strict=True)
    )
    if fine or abs(end_v - start_v) < _NARROW_V:
        return halves
    return _plus(
        _refined(sums, start_v, middle_v, first, scale, fine_s), _refined(sums, middle_v, end_v, second, scale, fine_s)
    )
