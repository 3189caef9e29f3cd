# SPDX-License-Identifier: Apache-2.0
"""The same wake again and again: where it settles, how short its period may be, years of it in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

from ..description.phases import WakePhase
from ..description.states import OFF, SLEEP
from ..ports import SupplyPort
from .curve import HermiteCurve
from .train import PowerState, Train

__all__ = ["Cycle", "RepeatedCycles"]

_SETTLED_V = 1e-12
_SCANNED = 64  # voltages to begin a wake at, of which the one with the shortest period counts
_ROUNDS = 100_000
_SOON = 2000  # cycles


@dataclass(frozen=True, slots=True)
class RepeatedCycles:
    """What many cycles, one after the other, come to.

    Attributes:
        inner_v: at the end, where a wake would begin.
        cycles: that were gone through.
        lowest_v: inner voltage, the least of all ends of phases.
        down_s: when it browned out, since the beginning; None: never.
    """

    inner_v: float
    cycles: int
    lowest_v: float
    down_s: float | None


class Cycle:
    """A wake and a sleep on one supply.

    Args:
        train: of the board.
        supply: what it lives on.
        phases: of the wake.
        sleep_s: behind it.
    """

    def __init__(self, train: Train, supply: SupplyPort, phases: Sequence[WakePhase], sleep_s: float) -> None:
        self._train = train
        self._supply = supply
        self._states = [(train.state(supply, phase.load), phase.duration_s) for phase in phases]
        self._sleep = train.state(supply, SLEEP)
        self.sleep_s = sleep_s
        self.wake_s = sum(phase.duration_s for phase in phases)

    @property
    def period_s(self) -> float:
        """From wake to wake."""
        return self.wake_s + self.sleep_s

    @property
    def states(self) -> Sequence[tuple[PowerState, float]]:
        """Each state with its seconds, the sleep last."""
        return [*self._states, (self._sleep, self.sleep_s)]

    def wake(self, inner_v: float, *, regardless: bool = False) -> float | None:
        """Inner voltage at the end of a wake; None where it browns out on the way, unless ``regardless``."""
        for state, duration_s in self._states:
            if not regardless and inner_v <= state.off_v:
                return None
            inner_v = state.flow.after(inner_v, duration_s)
            if not regardless and inner_v <= state.off_v:
                return None
        return inner_v

    def margin_v(self, inner_v: float) -> float:
        """What is left over the brown-out at the worst instant of a wake, at the terminals; negative: that is missing.

        Inside a phase the voltage goes one way, so the worst instant is an end of one.
        """
        least = inf
        for state, duration_s in self._states:
            after_v = state.flow.after(inner_v, duration_s)
            for at_v in (inner_v, after_v):
                least = min(least, state.terminal_v(at_v) - state.off_terminal_v)
            inner_v = after_v
        return least

    @cached_property
    def lowest_start_v(self) -> float | None:
        """The least inner voltage from which a wake comes through; None: it never does on this supply."""
        high_v = self._sleep.flow.rest_v(self._train.state(self._supply, OFF).on_v)
        if self.wake(high_v) is None:
            return None
        low_v = min(state.off_v for state, _ in self._states)
        if self.wake(low_v) is not None:
            return low_v
        while high_v - low_v > 1e-9:
            middle_v = 0.5 * (low_v + high_v)
            low_v, high_v = (middle_v, high_v) if self.wake(middle_v) is None else (low_v, middle_v)
        return high_v

    def shortest_period_s(self, first_v: float = 0.0) -> tuple[float, float] | None:
        """The shortest period that can go on for ever, and the inner voltage at which its wakes begin.

        Args:
            first_v: inner voltage under which the firmware does not begin a wake.

        Returns:
            None where no period can.
        """
        if self.lowest_start_v is None:
            return None
        low_v = max(self.lowest_start_v, first_v)
        high_v = self._sleep.flow.rest_v(low_v)
        best: tuple[float, float] | None = None
        for number in range(_SCANNED):
            start_v = low_v + (high_v - low_v) * number / _SCANNED
            end_v = self.wake(start_v)
            if end_v is None:
                continue
            # What a strong supply brings back during the wake itself needs no sleep
            sleep_s = 0.0 if end_v >= start_v else self._sleep.flow.time_to(end_v, start_v)
            if sleep_s < inf and (best is None or self.wake_s + sleep_s < best[0]):
                best = self.wake_s + sleep_s, start_v
        return best

    def settles_at(self, inner_v: float) -> float | None:
        """Inner voltage at which its wakes begin in the long run; None where it browns out before.

        Neighbouring ways come nearer to each other in each round, so there is one such voltage only.
        """
        for _ in range(_ROUNDS):
            end_v = self.wake(inner_v)
            if end_v is None:
                return None
            next_v = self._sleep.flow.after(end_v, self.sleep_s)
            if next_v <= self._sleep.off_v:
                return None
            if abs(next_v - inner_v) < _SETTLED_V:
                return next_v
            inner_v = next_v
        return inner_v

    def repeat(self, cycles: int, inner_v: float, *, all_of_them: bool = False) -> RepeatedCycles:
        """Go through many of it.

        Args:
            cycles: how many.
            inner_v: where the first wake begins.
            all_of_them: also those that repeat the one before to the last digit.
        """
        lowest_v = inner_v
        number = 0
        if not all_of_them:  # most come to repeat themselves soon
            while number < min(cycles, _SOON):
                start_v = inner_v
                for state, duration_s in self.states:
                    inner_v = state.flow.after(inner_v, duration_s)
                    if inner_v <= state.off_v:
                        return self._down(number, start_v)
                    lowest_v = min(lowest_v, inner_v)
                number += 1
                if abs(inner_v - start_v) < _SETTLED_V:
                    return RepeatedCycles(inner_v, cycles, lowest_v, None)
        jumps = self._jumps(inner_v) if number < cycles else ()
        for done in range(number, cycles):
            start_v = inner_v
            for jump, off_v in jumps:
                inner_v = jump(inner_v)
                if inner_v <= off_v:
                    return self._down(done, start_v)
                lowest_v = min(lowest_v, inner_v)
        return RepeatedCycles(inner_v, cycles, lowest_v, None)

    def _down(self, cycles: int, start_v: float) -> RepeatedCycles:
        until_s, off_v = self._until_down(start_v)
        return RepeatedCycles(off_v, cycles, off_v, cycles * self.period_s + until_s)

    def _jumps(self, inner_v: float) -> Sequence[tuple[HermiteCurve, float]]:
        states = self.states
        low_v = min(state.off_v for state, _ in states)
        high_v = max(inner_v, *(state.flow.rest_v(inner_v) for state, _ in states)) + 1e-6
        jumps = []
        for state, duration_s in states:
            jumps.append((state.flow.jump(duration_s, low_v - 1e-6, high_v), state.off_v))
        return jumps

    def _until_down(self, inner_v: float) -> tuple[float, float]:
        """Seconds into a cycle at which it browns out, and the inner voltage there."""
        waited_s = 0.0
        for state, duration_s in self.states:
            down_s = 0.0 if inner_v <= state.off_v else state.flow.time_to(inner_v, state.off_v)
            if down_s <= duration_s:
                return waited_s + down_s, min(inner_v, state.off_v)
            waited_s += duration_s
            inner_v = state.flow.after(inner_v, duration_s)
        return waited_s, inner_v
