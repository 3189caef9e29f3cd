# SPDX-License-Identifier: Apache-2.0
"""Nothing limits the voltage of its capacitor."""

from ..description.board import Board
from .defect import Defect, with_power

__all__ = ["DEFECT"]


def _rebuilt(board: Board) -> Board:
    return with_power(board, clamp=None)


DEFECT = Defect(
    title="lets its capacitor charge to the peak of the meter's voltage",
    source="xKy boards: an unloaded rectifier gives 17 V, over the ratings of capacitor and regulator",
    must_fail=frozenset({"XKY-PWR-5"}),
    rebuilt=_rebuilt,
    board="winky-c6",
)
