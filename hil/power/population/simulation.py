# SPDX-License-Identifier: Apache-2.0
"""Many boards at once: from an empty capacitor to the first wake, and through many cycles.

States, thresholds and phases are those of ``boards/power/``; equations are solved over arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xky.boards.description.board import Board
from xky.boards.description.states import LISTEN, OFF, RUN, SLEEP
from xky.protocol import InputError

from .population import PERIOD, SOURCE, Array, Population
from .train import PopulationState, PopulationTrain

__all__ = ["PopulationOutcome", "check", "simulate_population"]

_AT_ONCE = 2048  # boards whose arrays stay in a processor's cache
_SETTLED_V = 1e-10
_SLOWEST = 1 - 1e-6  # of a cycle's change, what is left of it in the next one
_RUNS_S = 600.0  # a board that never sleeps is looked at so often


@dataclass(frozen=True, slots=True)
class PopulationOutcome:
    """What became of n boards; one element each.

    Attributes:
        starts: it comes to a first wake.
        start_s: from an empty capacitor to there; infinite where there is none.
        margin_v: at the terminals over brown-out, at the worst instant of all cycles; where there is no wake, the
            terminals' voltage over what it takes, which is negative too.
        lives: what ``Analysis.lives`` is for one board: it starts, and keeps its period for ever, the firmware's policy
            followed; and no boost is fed with more than it makes.
        worst: number of the phase with the least margin, in the order of ``phases``; -1 where there is no wake.
        wake_v: inner voltage at which the last wake began.
        wake_s: how long the wake lasts.
        phases: names of the loads, the sleep last.
        cycles: that were gone through until nothing changed any more.
    """

    starts: NDArray[np.bool_]
    start_s: Array
    margin_v: Array
    lives: NDArray[np.bool_]
    worst: NDArray[np.intp]
    wake_v: Array
    wake_s: Array
    phases: Sequence[str]
    cycles: int


def simulate_population(population: Population, cycles: int = 100) -> PopulationOutcome:
    """Charge n boards from empty capacitors, and go through their cycles.

    The load is what it is whether a board browns out or not: so the margin says how many volts are missing, too. In
    the margin the firmware's own policy (a wake put off, a wake broken off) is not followed, only that no first wake
    goes on below ``policy.start_v``; whether it lives goes by all of it.

    Args:
        population: the boards.
        cycles: at the most; it ends when nothing changes any more.

    Raises:
        InputError: the board does not live on the TIC.
    """
    check(population.board)
    # Those that take steps of the same length stand together
    speed = 1 / (population(SOURCE) * population("power.capacitor.capacitance_f"))
    if PERIOD in population.columns:
        speed = speed * population.columns[PERIOD]
    order = np.argsort(speed, kind="stable")
    parts = [order[k : k + _AT_ONCE] for k in range(0, population.count, _AT_ONCE)]
    outcomes = [_simulate(population.take(part), cycles) for part in parts]
    back = np.argsort(order, kind="stable")

    def whole(name: str) -> NDArray[Any]:
        joined: NDArray[Any] = np.concatenate([getattr(one, name) for one in outcomes])[back]
        return joined

    arrays = {name: whole(name) for name in ("starts", "start_s", "margin_v", "lives", "worst", "wake_v", "wake_s")}
    longest = max(one.cycles for one in outcomes)
    return PopulationOutcome(**arrays, phases=outcomes[0].phases, cycles=longest)


def check(board: Board) -> None:
    """Complain of a board that cannot be looked at, before any work is done.

    Raises:
        InputError: the board does not live on the TIC.
    """
    if board.power is None:
        raise InputError(f"board {board.id}: its file has no [power] table; describe its power train there")
    if board.power.source == "external":
        raise InputError(f"board {board.id}: has a supply of its own; the TIC has nothing to vary for it")


def _simulate(population: Population, cycles: int) -> PopulationOutcome:
    train = PopulationTrain(population)
    names, durations, wake_s, fits = _cycle_of(population)
    states = [train.state(name) for name in names]
    wake_v, start_s, missing_v = _first_wake(population, train, states[-1])
    starts = np.isfinite(start_s)
    inner_v = first_v = wake_v
    lowest = [np.full_like(inner_v, np.inf) for _ in states]
    highest_v = inner_v
    cycle = 0
    for cycle in range(1, cycles + 1):  # noqa: B007  # told below
        risen_v, before_v = inner_v - wake_v, inner_v
        for state, duration_s, low_v in zip(states, durations, lowest, strict=True):
            np.minimum(low_v, inner_v, out=low_v)
            inner_v = state.flow.after(inner_v, duration_s)
            np.minimum(low_v, inner_v, out=low_v)
            highest_v = np.maximum(highest_v, inner_v)
        wake_v = before_v
        if np.max(np.abs(inner_v - before_v)) < _SETTLED_V:
            break
    margins_v = np.stack(
        [state.balance.terminal_v(low_v) - state.off_terminal_v for state, low_v in zip(states, lowest, strict=True)]
    )
    margin_v = np.where(starts, margins_v.min(axis=0), missing_v)
    if population.board.power is not None and population.board.power.regulator.kind == "boost":
        fed_v = states[-1].balance.terminal_v(highest_v)  # what is drawn most of the time is drawn at the highest
        fits &= fed_v <= population("power.regulator.output_v")
    worst = np.where(starts, margins_v.argmin(axis=0), -1)
    wake = _Wake(population, states, durations)
    spared = wake.is_spared(first_v)
    lasts = wake.comes_through(_long_run_v(wake_v, inner_v, risen_v)) | (population.board.wake is None)
    lives = starts & fits & ((margin_v > 0) | spared) & lasts & wake.is_brought_back()
    return PopulationOutcome(starts, start_s, margin_v, lives, worst, wake_v, wake_s, names, cycle)


def _long_run_v(before_v: Array, after_v: Array, risen_v: Array) -> Array:
    """Where wakes begin in the long run: each cycle goes on by the same share of the one before (Aitken).

    Args:
        before_v: where the last wake began.
        after_v: where the next one would.
        risen_v: by how much the last one began higher than the one before it.
    """
    rise_v = after_v - before_v
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(risen_v == 0.0, 0.0, np.clip(rise_v / risen_v, 0.0, _SLOWEST))
    limit_v: Array = after_v + rise_v * share / (1 - share)
    return limit_v


class _Wake:
    """What the firmware's policy makes of wakes.

    Args:
        population: of boards.
        states: of a cycle, the sleep last.
        durations: of them.
    """

    def __init__(self, population: Population, states: Sequence[PopulationState], durations: Sequence[Array]) -> None:
        self._population = population
        self._phases = list(zip(population.phases(), states, durations, strict=False))
        self._sleep, self._sleep_s = states[-1], durations[-1]
        power = population.board.power
        self._policy = None if power is None or population.board.wake is None else power.policy

    def is_spared(self, inner_v: Array) -> NDArray[np.bool_]:
        """Whether a wake from here on is broken off before it browns out."""
        stopped, browned = self._goes(inner_v)
        return stopped & ~browned

    def comes_through(self, inner_v: Array) -> NDArray[np.bool_]:
        """Whether a wake from here on is neither broken off nor browns out."""
        stopped, browned = self._goes(inner_v)
        return ~stopped & ~browned

    def _goes(self, inner_v: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether it is broken off, and whether it browns out, whichever comes first."""
        stopped, browned = np.zeros(inner_v.shape, bool), np.zeros(inner_v.shape, bool)
        policy = self._policy
        stop_v = np.full(inner_v.shape, -np.inf)
        if policy is not None and policy.stop_v is not None:
            stop_v = self._population("power.policy.stop_v")
        looks, terminal_v = False, inner_v
        for number, ((name, _), state, duration_s) in enumerate(self._phases):
            if looks and number > 1:  # before the second phase it asks whether it may start, not whether it must stop
                stopped |= ~browned & (terminal_v <= stop_v)
            looks = name != LISTEN and (looks or number == 0)  # listening it looks all the time; behind it, never
            after_v = state.flow.after(inner_v, duration_s)
            low_v = state.balance.terminal_v(np.minimum(inner_v, after_v))
            if name == LISTEN:
                stopped |= ~browned & (low_v <= stop_v)
            browned |= ~stopped & (low_v <= state.off_terminal_v)
            inner_v, terminal_v = after_v, state.balance.terminal_v(after_v)
        return stopped, browned

    def is_brought_back(self) -> NDArray[np.bool_]:
        """Whether a cycle that begins as low as the firmware allows ends no lower: then none ever does.

        A higher beginning has a higher end, so what begins above never falls below.
        """
        if self._policy is None or self._policy.start_v is None:
            return np.ones(self._population.count, bool)
        begins_v = self._population("power.policy.start_v") - self._population("power.policy.start_margin_v")
        least_v = inner_v = self._sleep.balance.inner_v(begins_v)
        for _, state, duration_s in self._phases:
            inner_v = state.flow.after(inner_v, duration_s)
        back: NDArray[np.bool_] = self._sleep.flow.after(inner_v, self._sleep_s) >= least_v
        return back


def _cycle_of(population: Population) -> tuple[list[str], list[Array], Array, NDArray[np.bool_]]:
    """Names and seconds of all states of a cycle, those of the wake alone, and whether they fit into the period."""
    phases = population.phases()
    if not phases:
        return [RUN], [np.full(population.count, _RUNS_S)], np.zeros(population.count), np.ones(population.count, bool)
    wake_s = np.add.reduce([duration_s for _, duration_s in phases])
    if PERIOD in population.columns or population.period_s is not None:
        period_s = population.columns.get(PERIOD, np.full(population.count, population.period_s or 0.0))
    else:
        period_s = wake_s + population("wake.sleep_s")
    sleep_s = np.maximum(period_s - wake_s, 0.0)
    fits = wake_s <= period_s * (1 + 1e-12)
    return [*(name for name, _ in phases), SLEEP], [*(lasts for _, lasts in phases), sleep_s], wake_s, fits


def _first_wake(population: Population, train: PopulationTrain, sleep: PopulationState) -> tuple[Array, Array, Array]:
    """Inner voltage and second at which a first wake begins, and what is missing to it at the terminals."""
    dark = train.state(OFF)
    on_v = dark.balance.inner_v(dark.on_terminal_v)
    start_s = dark.flow.seconds_between(np.zeros(population.count), on_v)
    rest_v = dark.flow.rest_under(on_v)
    missing_v = np.where(np.isfinite(start_s), 0.0, dark.balance.terminal_v(rest_v) - dark.on_terminal_v)
    start_v = on_v
    policy = None if population.board.power is None else population.board.power.policy
    if policy is not None and policy.start_v is not None and population.board.wake is not None:
        needed_v = population("power.policy.start_v") - population("power.policy.start_margin_v")
        start_v = np.maximum(sleep.balance.inner_v(needed_v), on_v)
        waits_s = sleep.flow.seconds_between(on_v, start_v)
        most_v = sleep.flow.rest_under(start_v)
        never = np.isinf(waits_s) & (missing_v == 0)
        missing_v = np.where(never, np.minimum(sleep.balance.terminal_v(most_v) - needed_v, 0.0), missing_v)
        start_s = start_s + waits_s
    # Those that never start are taken along from where they would; what becomes of them is not looked at
    return start_v, start_s, missing_v
