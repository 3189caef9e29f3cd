# SPDX-License-Identifier: Apache-2.0
"""Sends a confirmed uplink until it is acknowledged."""

from ..description.board import Board
from .defect import Defect
from .meddling import with_lorawan

__all__ = ["DEFECT"]

_FOR_EVER = 1_000_000


def _believes(board: Board) -> Board:
    return with_lorawan(board, transmissions_max=_FOR_EVER)


DEFECT = Defect(
    title="sends a confirmed uplink again and again until it is acknowledged",
    source="xKy uplinks: LoRaWAN 1.0.2 §18.4 leaves it to the device to give up",
    must_fail=frozenset({"XKY-LRW-5"}),
    believes=_believes,
    board="loky",
    spreads=True,  # behind so many it has used up what its network grants of a day
)
