# SPDX-License-Identifier: Apache-2.0
"""A board's charge and wake as a netlist for ngspice."""

from dataclasses import replace
from math import isfinite, sqrt

from xky.boards import Board
from xky.boards.description.states import OFF, SLEEP
from xky.boards.power import PowerDescription
from xky.boards.power.netlist import Crossing, Detail, RailDraw, draws_of, netlist_of
from xky.boards.power.train import PowerState, Train
from xky.emulator.supply import Supply
from xky.protocol import InputError

__all__ = ["netlist_from_empty"]

_NEVER_S = 600.0  # of charging that comes to nothing
_CHARGING_S, _WAKING_S = 0.02, 0.04  # of the carrier, of which a second takes ngspice minutes


def netlist_from_empty(board: Board, supply: Supply, detail: Detail, temperature_c: float) -> str:
    """The netlist: averaged, from empty through a wake; with the carrier, where it begins that wake.

    Args:
        board: lives on the TIC.
        supply: what the meter gives.
        detail: of the netlist.
        temperature_c: of all parts.

    Raises:
        InputError: the board does not live on the TIC.
    """
    power = _train_of(board)
    train = Train(power, temperature_c=temperature_c)
    charge, wakes = _charge(train, supply)
    draws = [*charge, *(draws_of(board) if wakes else [])]
    inner_v = 0.0
    crossings = _crossings(train, supply, draws)
    if detail is Detail.CARRIER:  # the instants in which it wakes, or the last of a charge that comes to nothing
        draws, inner_v = _around_wake(train, supply, charge, draws[len(charge) :])
        crossings = []  # pulses cross thresholds at will
    title = f"{board.title}: {board.id} on {supply.name} ({sqrt(2) * supply.open_circuit_v:.4g} V peak), {detail}"
    return netlist_of(
        power, supply, draws, title=title, detail=detail, inner_v=inner_v, temperature_c=temperature_c,
        carrier_hz=supply.carrier_hz, crossings=crossings,
    )  # fmt: skip


def _train_of(board: Board) -> PowerDescription:
    power = board.power
    if power is None:
        raise InputError(f"board {board.id}: its file has no [power] table; describe its power train there")
    if power.source == "external":
        raise InputError(f"board {board.id}: has a supply of its own; there is no train from the TIC to simulate")
    return power


def _charge(train: Train, supply: Supply) -> tuple[list[RailDraw], bool]:
    """From empty until the firmware goes on with its wake; and whether it comes so far."""
    off, start_v = train.state(supply, OFF), train.power.policy.start_v
    on_s = off.flow.time_to(0.0, off.on_v)
    if not isfinite(on_s):
        return [_draw(off, _NEVER_S)], False
    if start_v is None or SLEEP not in train.power.loads:
        return [_draw(off, on_s)], True
    sleep = train.state(supply, SLEEP)
    waits_s = sleep.flow.time_to(off.on_v, sleep.inner_v(start_v)) if sleep.terminal_v(off.on_v) < start_v else 0.0
    charge = [_draw(off, on_s), _draw(sleep, min(waits_s, _NEVER_S))]
    return [draw for draw in charge if draw.duration_s > 0], isfinite(waits_s)


def _crossings(train: Train, supply: Supply, draws: list[RailDraw]) -> list[Crossing]:
    heaviest = train.state(supply, max(draws, key=lambda draw: draw.rail_a).name)
    crossings = [Crossing("power_on", heaviest.on_terminal_v, falling=False)]
    if heaviest.name != OFF:
        crossings.append(Crossing("power_off", heaviest.off_terminal_v, falling=True))
    return crossings


def _around_wake(
    train: Train, supply: Supply, charge: list[RailDraw], wake: list[RailDraw]
) -> tuple[list[RailDraw], float]:
    """The end of the charge and the beginning of the wake; and the inner voltage before them."""
    *before, last = charge
    inner_v = 0.0
    for draw in before:
        inner_v = train.state(supply, draw.name).flow.after(inner_v, draw.duration_s)
    charging_s = min(_CHARGING_S, last.duration_s)
    inner_v = train.state(supply, last.name).flow.after(inner_v, last.duration_s - charging_s)
    kept, left_s = [replace(last, duration_s=charging_s)], _WAKING_S
    for draw in wake:
        if left_s > 0:
            kept.append(replace(draw, duration_s=min(draw.duration_s, left_s)))
            left_s -= draw.duration_s
    return kept, inner_v


def _draw(state: PowerState, duration_s: float) -> RailDraw:
    return RailDraw(state.name, duration_s, state.load.current_a)
