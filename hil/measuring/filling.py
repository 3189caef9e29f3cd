# SPDX-License-Identifier: Apache-2.0
"""How long a board's capacitor takes, and how its current tells whether it runs: what routines plan by."""

from math import inf

from xky.boards.description.states import OFF
from xky.boards.power import thresholds
from xky.boards.power.clocked_train import train_of

from .rig import Settings

__all__ = ["charge_s", "resting_v", "runs_from_a", "start_s", "start_v", "step_s", "surely_off_v"]

_FULL = 0.95  # of the voltage where it comes to rest
_LONGEST_S = 7200.0


def charge_s(settings: Settings, from_v: float, *, to_v: float = inf) -> float:
    """How long it takes from a terminal voltage to another one, or until the capacitor is all but full."""
    assert settings.board.power is not None
    state = train_of(settings.board.power).state(settings.supply, OFF)
    inner_v = resting_v(settings, from_v)
    rest_v = state.flow.rest_v(inner_v)
    end_v = inner_v + _FULL * (rest_v - inner_v)
    if to_v < inf:
        end_v = min(max(state.inner_v(to_v), inner_v), end_v)
    return min(state.flow.time_to(inner_v, end_v), _LONGEST_S)


def resting_v(settings: Settings, terminal_v: float) -> float:
    """The inner voltage of a capacitor that shows a voltage while nothing feeds it and the board is off."""
    assert settings.board.power is not None
    return train_of(settings.board.power).state(settings.supply.cut, OFF).inner_v(max(terminal_v, 0.0))


def start_s(settings: Settings, from_v: float) -> float | None:
    """How long it takes from a terminal voltage until the board comes on; None if it never does."""
    assert settings.board.power is not None
    state = train_of(settings.board.power).state(settings.supply, OFF)
    takes_s = state.flow.time_to(resting_v(settings, from_v), state.on_v)
    return takes_s if takes_s < inf else None


def start_v(settings: Settings) -> float:
    """The terminal voltage at which the board comes on."""
    assert settings.board.power is not None
    return train_of(settings.board.power).state(settings.supply, OFF).on_terminal_v


def surely_off_v(settings: Settings) -> float:
    """A terminal voltage at which the board is in reset whatever it did, by its file."""
    return thresholds.surely_off_v(settings.board, settings.supply.cut)


def step_s(settings: Settings, step_v: float) -> float:
    """How long the capacitor takes for a step of voltage under the load that is asked for."""
    assert settings.board.power is not None and settings.board.power.capacitor is not None
    if settings.load_a <= 0:
        return inf
    return step_v * settings.board.power.capacitor.capacitance_f / settings.load_a


def runs_from_a(settings: Settings) -> float:
    """The current from the capacitor from which on a board runs: between that of reset and that of its least load.

    Raises:
        InputError: they are too near for an ammeter to tell.
    """
    return thresholds.runs_from_a(settings.board)
