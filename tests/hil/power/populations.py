# SPDX-License-Identifier: Apache-2.0
"""Builds of boards that differ in their parts' kinds, and what the engine for one board says of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xky.boards import board_named
from xky.boards.description.board import Board
from xky.boards.description.phases import phases_of
from xky.boards.description.states import OFF
from xky.boards.power.cycle import Cycle
from xky.boards.power.train import Train
from xky.emulator.supply import Supply
from xky.hil.power.population.population import Population, changed_board
from xky.protocol import Mode

WINKY = board_named("winky-c6")
_FADES_V = 0.5
_CHARGER = {"part": "5 V regulator", "output_v": 5.0, "drop_v": 0.4, "output_ohm": 0.2, "quiescent_a": 2e-6}
_SILICON = {
    "part": "1N4148", "saturation_a": 4.35e-9, "ideality": 1.906, "series_ohm": 0.6458,
}  # fmt: skip


def build(**power: Any) -> Board:
    """A Winky with other parts."""
    told = WINKY.model_dump()
    for name, value in power.items():
        kept = told["power"].get(name)
        told["power"][name] = {**kept, **value} if isinstance(kept, dict) and isinstance(value, dict) else value
    return Board.model_validate(told)


BUILDS = {
    "clamp": WINKY,
    "soft clamp": build(clamp={"part": "Zener", "voltage_v": 4.8, "resistance_ohm": 5.0}),
    "charger": build(clamp=None, charger=_CHARGER),
    "boost": build(regulator={"kind": "boost", "output_v": 5.5, "efficiency": 0.85, "input_min_v": 1.5}, wake_up=None),
    "buck": build(regulator={"kind": "buck", "efficiency": 0.85, "input_min_v": 2.8}, wake_up=None),
    "doubler": build(rectifier={"kind": "doubler", "diode": _SILICON}),
    "constant drop": build(rectifier={"kind": "bridge", "diode": {"part": "ideal", "forward_v": 0.3}}),
    "no limit": build(clamp=None, regulator={"input_max_v": None}, capacitor={"leakage_a": 2e-3, "rated_v": 20.0}),
}


def spread(board: Board, count: int, seed: int, *, period_s: tuple[float, float] = (8.0, 150.0)) -> Population:
    """Boards of one build that differ in much."""
    drawn = np.random.default_rng(seed)
    columns = {
        "power.capacitor.capacitance_f": drawn.uniform(0.3, 3.0, count),
        "power.capacitor.esr_ohm": drawn.uniform(0.02, 0.8, count),
        "power.loads.listen.current_a": drawn.uniform(0.01, 0.05, count),
        "power.loads.sleep.current_a": drawn.uniform(1e-5, 2e-4, count),
        "supply.open_circuit_v": drawn.uniform(10.5, 13.0, count),
        "supply.source_ohm": drawn.uniform(150.0, 335.0, count),
        "temperature_c": drawn.uniform(-10.0, 50.0, count),
        "period_s": drawn.uniform(*period_s, count),
        "wake.boot_s": drawn.choice([0.4, 0.5, 0.6], count),
    }
    return Population(board, count, columns, 12.0, 274.0)


@dataclass(frozen=True)
class Alone:
    """One board by the engine for one.

    Attributes:
        start_s: power on, from empty.
        wake_v: inner voltage at which the last wake began.
        margin_v: least of all.
        faded: it fell so low that nothing runs any more.
    """

    start_s: float
    wake_v: float
    margin_v: float
    faded: bool


def alone(population: Population, number: int, cycles: int) -> Alone:
    """What becomes of one of the population."""
    values: Mapping[str, float] = {key: float(column[number]) for key, column in population.columns.items()}
    told = {key: value for key, value in values.items() if key.startswith(("power.", "wake."))}
    board = changed_board(population.board, told)
    assert board.power is not None
    train = Train(board.power, temperature_c=values["temperature_c"])
    supply = Supply("one", values["supply.open_circuit_v"], values["supply.source_ohm"])
    phases = phases_of(board, Mode.STANDARD)
    cycle = Cycle(train, supply, phases, values["period_s"] - sum(phase.duration_s for phase in phases))
    dark, sleep = train.state(supply, OFF), train.state(supply, "sleep")
    wake_v = dark.on_v
    start_s = dark.flow.time_to(0.0, wake_v)
    policy = board.power.policy
    if policy.start_v is not None:
        first_v = max(sleep.inner_v(policy.start_v - policy.start_margin_v), wake_v)
        start_s += sleep.flow.time_to(wake_v, first_v)
        wake_v = first_v
    margins, before_v, lowest_v = [], wake_v, wake_v
    for _ in range(cycles):
        before_v = wake_v
        margins.append(cycle.margin_v(wake_v))
        for state, duration_s in cycle.states:
            wake_v = state.flow.after(wake_v, duration_s)
            lowest_v = min(lowest_v, state.terminal_v(wake_v))
        margins.append(sleep.terminal_v(wake_v) - sleep.off_terminal_v)
    return Alone(start_s, before_v, min(margins), lowest_v < _FADES_V + 0.05)
