# SPDX-License-Identifier: Apache-2.0
"""Asks again at once to be let in when it was refused."""

from ..description.board import Board
from .defect import Defect
from .meddling import with_lorawan

__all__ = ["DEFECT"]


def _believes(board: Board) -> Board:
    return with_lorawan(board, join_pause_s=1.0, join_pause_max_s=1.0)


DEFECT = Defect(
    title="asks a network that refuses it again and again, without a pause that grows",
    source="xKy uplinks: a loop around the join, where LoRaWAN 1.0.2 §7 asks for a back-off",
    must_fail=frozenset({"XKY-LRW-4"}),
    believes=_believes,
    board="loky",
)
