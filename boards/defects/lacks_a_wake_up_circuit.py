# SPDX-License-Identifier: Apache-2.0
"""Has neither a wake-up circuit nor a look at its capacitor before it starts."""

from ..description.board import Board
from .defect import Defect, with_power

__all__ = ["DEFECT"]


def _rebuilt(board: Board) -> Board:
    return with_power(board, wake_up=None, policy={}, adc=None)


DEFECT = Defect(
    title="starts as soon as its reset lets go, and hangs on a cold start",
    source="Winky V1: the supercapacitor had to be charged before it was switched on; no restart after an outage",
    must_fail=frozenset({"XKY-PWR-1", "XKY-PWR-2"}),
    rebuilt=_rebuilt,
    board="winky-c6",
    spreads=True,  # in the cut-outs it may lose what it has heard
)
