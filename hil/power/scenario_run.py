# SPDX-License-Identifier: Apache-2.0
"""A board through a scenario: what the supply does, and what becomes of the board."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from xky.boards import Board
from xky.boards.description.phases import wake_s
from xky.boards.description.states import OFF
from xky.boards.power.analysis import cold_start, overfed
from xky.boards.power.clocked_train import train_of
from xky.boards.power.event_simulation import EventSimulation, PowerEvent, PowerEventKind, Stretch
from xky.emulator.scenario.scenario import Scenario
from xky.emulator.scenario.supply_script import supplies_of
from xky.emulator.supply import Supply
from xky.protocol import InputError, Mode

__all__ = ["ScenarioRun", "run_scenario"]

_TOLD = (PowerEventKind.POWER_ON, PowerEventKind.BROWN_OUT, PowerEventKind.STOPS)


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """What happened.

    Attributes:
        supplies: that followed each other, each with the second from which on it was there.
        events: power on, brown-outs and wakes broken off, in order.
        readings_s: when it read.
        longest_gap_s: without a reading.
        stretches: time in each state.
        duration_s: of the scenario.
        lowest_v: terminal voltage, at the least.
        dies: it lost its rail and did not come to read again, though at the end the supply had been back so long that
            from an empty capacitor it would have.
    """

    supplies: Sequence[tuple[float, Supply]]
    events: Sequence[PowerEvent]
    readings_s: Sequence[float]
    longest_gap_s: float
    stretches: Sequence[Stretch]
    duration_s: float
    lowest_v: float
    dies: bool

    @property
    def brown_outs(self) -> int:
        """How often the rail was lost."""
        return sum(one.what is PowerEventKind.BROWN_OUT for one in self.events)


def _dies(
    board: Board,
    supplies: Sequence[tuple[float, Supply]],
    events: Sequence[PowerEvent],
    duration_s: float,
    mode: Mode,
    sleep_s: float | None,
) -> bool:
    back_s, last = supplies[-1]
    alive = PowerEventKind.POWER_ON if board.wake is None else PowerEventKind.READING
    lost = [one.at_s for one in events if one.what is PowerEventKind.BROWN_OUT]
    lived = [one.at_s for one in events if one.what is alive]
    if not lost or not last.open_circuit_v or (lived and lived[-1] > lost[-1]):
        return False
    cold = cold_start(board, last, mode=mode, sleep_s=sleep_s)
    comes_s = cold.start_s if board.wake is None else cold.reading_s
    return comes_s is None or duration_s - back_s > comes_s + wake_s(board, mode)


def run_scenario(
    board: Board, scenario: Scenario, supply: Supply, *, mode: Mode, period_s: float | None = None
) -> ScenarioRun:
    """Let a board whose capacitor is full go through a scenario.

    Args:
        board: lives on the TIC.
        scenario: its outages and its ``terminal_a`` count.
        supply: at the beginning.
        mode: of the TIC.
        period_s: from wake to wake; None: what the board does.

    Raises:
        InputError: the board does not live on the TIC, its boost is fed with more than it makes, or the period is
            shorter than the wake.
    """
    power = board.power
    if power is None or power.source != "tic":
        raise InputError(f"board {board.id}: does not live on the TIC; no scenario does anything to its power")
    sleep_s = None
    if period_s is not None:
        sleep_s = period_s - wake_s(board, mode)
        if sleep_s <= 0:
            raise InputError(f"--period {period_s:g} s: shorter than the wake, which takes {wake_s(board, mode):g} s")
    train = train_of(power)
    supplies = supplies_of(scenario, supply)
    duration_s = (scenario.end_us - scenario.at_us) / 1e6
    full_v = train.state(supply, OFF).flow.rest_v(0.0)
    simulation = EventSimulation(
        board, supply, train=train, changes=supplies, inner_v=full_v, mode=mode, sleep_s=sleep_s, keep=True
    )  # fmt: skip
    events = list(simulation.run(duration_s))
    readings = [one.at_s for one in events if one.what is PowerEventKind.READING]
    ends = [0.0, *readings, duration_s]
    assert simulation.stretches is not None
    if refused := overfed(train, simulation.stretches):
        raise InputError(f"board {board.id}: {refused}")
    return ScenarioRun(
        supplies=[(0.0, supply), *supplies],
        events=[one for one in events if one.what in _TOLD],
        readings_s=readings,
        longest_gap_s=max(after - before for before, after in pairwise(ends)),
        stretches=tuple(simulation.stretches),
        duration_s=duration_s,
        dies=_dies(board, [(0.0, supply), *supplies], events, duration_s, mode, sleep_s),
        lowest_v=min(one.state.terminal_v(v) for one in simulation.stretches for v in (one.before_v, one.after_v)),
    )
