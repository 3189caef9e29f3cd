# SPDX-License-Identifier: Apache-2.0
"""Does not reckon with the duty cycle."""

from ..description.board import Board
from .defect import Defect
from .meddling import with_lorawan

__all__ = ["DEFECT"]

_OFTEN_S = 20.0


def _believes(board: Board) -> Board:
    assert board.wake is not None
    careless = with_lorawan(
        board, lora={"spreading_factor": 10, "duty_cycle": 1.0}, fair_use_s=None, shortest_period_s=1.0
    )
    return careless.model_copy(update={"wake": board.wake.model_copy(update={"sleep_s": _OFTEN_S})})


DEFECT = Defect(
    title="sends each half minute at a low data rate, whatever the duty cycle allows",
    source="xKy uplinks: a period that a person may set, and a data rate that the network may lower",
    must_fail=frozenset({"XKY-LRW-3"}),
    believes=_believes,
    board="loky",
)
