# SPDX-License-Identifier: Apache-2.0
"""Loads that a test writes down: power by steps, the same again and again, or rising evenly."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from xky.protocol import InputError

from ..legal_time import SECOND_US
from .draw import Draw, Signals

__all__ = ["Ramp", "Repeated", "Steps"]


@dataclass(frozen=True, slots=True)
class Steps:
    """Each power holds until the next; the first also before its instant, the last for ever.

    Args:
        steps: instants in microseconds since 1970 UTC, each with the power from then on.

    Raises:
        InputError: no step, instants that do not rise, or steps of different numbers of phases.
    """

    steps: tuple[tuple[int, Draw], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        if not self.steps:
            raise InputError("steps: none given; expected one (instant_us, Draw) at least")
        for (before_us, before), (at_us, power) in pairwise(self.steps):
            if at_us <= before_us:
                raise InputError(f"steps: {at_us} us follows {before_us} us; expected instants that rise")
            _same_phases("steps", before, power)

    def __deepcopy__(self, memo: dict[int, object]) -> "Steps":
        return self  # nothing in it changes, and a trace of a year is long: who copies a meter shares it

    def draw(self, at_us: int, signals: Signals) -> tuple[Draw, int | None]:
        place = max(bisect_right(self.steps, at_us, key=_instant), 1) - 1
        following_us = self.steps[place + 1][0] if place + 1 < len(self.steps) else None
        return self.steps[place][1], following_us


@dataclass(frozen=True, slots=True)
class Repeated:
    """Steps that start anew after each period; before the first, the first.

    Args:
        steps: those of one period.
        period_us: microseconds from the first step to its next coming.

    Raises:
        InputError: the period ends before the last step starts.
    """

    steps: Steps
    period_us: int

    def __post_init__(self) -> None:
        first_us, last_us = self.steps.steps[0][0], self.steps.steps[-1][0]
        if self.period_us <= last_us - first_us:
            raise InputError(f"repeated steps: period {self.period_us} us; expected over {last_us - first_us} us")

    def draw(self, at_us: int, signals: Signals) -> tuple[Draw, int | None]:
        first_us = self.steps.steps[0][0]
        passed_us = max(at_us - first_us, 0) // self.period_us * self.period_us
        power, following_us = self.steps.draw(at_us - passed_us, signals)
        if following_us is None:
            if len(self.steps.steps) == 1:
                return power, None
            following_us = first_us + self.period_us
        return power, following_us + passed_us


@dataclass(frozen=True, slots=True)
class Ramp:
    """From one power to another, a step each second; then the last holds.

    Args:
        first: up to the start.
        last: from the end on.
        starts_us: instant in microseconds since 1970 UTC.
        duration_s: whole seconds, 1 at least; after k of them the power has gone k / duration_s of its way.

    Raises:
        InputError: a duration that is not so, or different numbers of phases.
    """

    first: Draw
    last: Draw
    starts_us: int
    duration_s: int

    def __post_init__(self) -> None:
        if not isinstance(self.duration_s, int) or self.duration_s < 1:
            raise InputError(f"ramp: duration {self.duration_s} s; expected whole seconds, 1 at least")
        _same_phases("ramp", self.first, self.last)

    def draw(self, at_us: int, signals: Signals) -> tuple[Draw, int | None]:
        passed_s = min(max((at_us - self.starts_us) // SECOND_US, 0), self.duration_s)
        if passed_s == self.duration_s:
            return self.last, None
        return self._after(passed_s), self.starts_us + (passed_s + 1) * SECOND_US

    def _after(self, passed_s: int) -> Draw:
        def between(first: tuple[int, ...], last: tuple[int, ...]) -> tuple[int, ...]:
            pairs = zip(first, last, strict=True)
            return tuple(start + _rounded((end - start) * passed_s, self.duration_s) for start, end in pairs)

        return Draw(
            between(self.first.active_mw, self.last.active_mw),
            between(self.first.reactive_mvar, self.last.reactive_mvar),
        )


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _instant(step: tuple[int, Draw]) -> int:
    return step[0]


def _same_phases(what: str, one: Draw, other: Draw) -> None:
    if len(one.active_mw) != len(other.active_mw):
        raise InputError(f"{what}: {len(one.active_mw)} and {len(other.active_mw)} phases; expected the same")
