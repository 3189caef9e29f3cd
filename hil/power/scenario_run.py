# SPDX-License-Identifier: Apache-2.0
"""A board through a scenario: what the supply does, and what becomes of the board."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from xky.boards import Board
from xky.boards.power.clocked_train import train_of
from xky.boards.power.event_simulation import EventSimulation, PowerEvent, PowerEventKind, Stretch
from xky.boards.power.train import OFF
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
        moments: power on, brown-outs and wakes broken off, in order.
        readings_s: when it read.
        longest_gap_s: without a reading.
        stretches: time in each state.
        duration_s: of the scenario.
        lowest_v: terminal voltage, at the least.
    """

    supplies: Sequence[tuple[float, Supply]]
    moments: Sequence[PowerEvent]
    readings_s: Sequence[float]
    longest_gap_s: float
    stretches: Sequence[Stretch]
    duration_s: float
    lowest_v: float

    @property
    def brown_outs(self) -> int:
        """How often the rail was lost."""
        return sum(one.what is PowerEventKind.BROWN_OUT for one in self.moments)


def run_scenario(
    board: Board, scenario: Scenario, supply: Supply, *, mode: Mode, sleep_s: float | None = None
) -> ScenarioRun:
    """Let a board whose capacitor is full live through a scenario.

    Args:
        board: lives on the TIC.
        scenario: its outages and its ``terminal_a`` count.
        supply: at the beginning.
        mode: of the TIC.
        sleep_s: in the place of what the board does.

    Raises:
        InputError: the board does not live on the TIC.
    """
    power = board.power
    if power is None or power.source != "tic":
        raise InputError(f"board {board.id}: does not live on the TIC; no scenario does anything to its power")
    train = train_of(power)
    supplies = supplies_of(scenario, supply)
    duration_s = (scenario.end_us - scenario.at_us) / 1e6
    full_v = train.state(supply, OFF).flow.rest_v(0.0)
    life = EventSimulation(
        board, supply, train=train, changes=supplies, inner_v=full_v, mode=mode, sleep_s=sleep_s, keep=True
    )  # fmt: skip
    moments = list(life.live(duration_s))
    readings = [one.at_s for one in moments if one.what is PowerEventKind.READING]
    ends = [0.0, *readings, duration_s]
    assert life.stretches is not None
    return ScenarioRun(
        supplies=[(0.0, supply), *supplies],
        moments=[one for one in moments if one.what in _TOLD],
        readings_s=readings,
        longest_gap_s=max(after - before for before, after in pairwise(ends)),
        stretches=tuple(life.stretches),
        duration_s=duration_s,
        lowest_v=min(one.state.terminal_v(v) for one in life.stretches for v in (one.before_v, one.after_v)),
    )
