# SPDX-License-Identifier: Apache-2.0
"""How a board's voltage and current tell from outside whether it runs, by its file."""

from math import sqrt

from xky.protocol import InputError

from ..description.board import Board
from ..description.states import SLEEP
from ..ports import SupplyPort
from .clocked_train import train_of

__all__ = ["runs_from_a", "surely_off_v"]

_MARGIN_V = 0.1
_TOLD_APART = 2.0  # the current of a board that runs is so many times that of one that does not


def surely_off_v(board: Board, dark: SupplyPort) -> float:
    """A terminal voltage at which the board is in reset whatever it did.

    Args:
        board: with a power train.
        dark: terminals that give nothing.
    """
    assert board.power is not None
    train = train_of(board.power)
    return min(train.state(dark, name).off_terminal_v for name in board.power.loads) - _MARGIN_V


def runs_from_a(board: Board) -> float:
    """The current from the capacitor from which on a board runs: between that of reset and that of its least load.

    Raises:
        InputError: they are too near for an ammeter to tell.
    """
    power = board.power
    assert power is not None
    off_a = power.mcu.off_a + power.regulator.quiescent_a
    loads = power.loads
    least_a = min((loads[SLEEP] if SLEEP in loads else min(loads.values(), key=lambda one: one.current_a)).current_a,
                  *(one.current_a for one in loads.values())) + power.regulator.quiescent_a  # fmt: skip
    if least_a < _TOLD_APART * off_a:
        raise InputError(
            f"{board.id}: takes {1e6 * least_a:.3g} µA at the least and {1e6 * off_a:.3g} µA in reset; an "
            "ammeter does not tell them apart, so that its brown-out is not seen"
        )
    return sqrt(off_a * least_a)
