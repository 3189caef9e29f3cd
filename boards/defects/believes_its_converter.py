# SPDX-License-Identifier: Apache-2.0
"""Decides by a converter that has no scale yet."""

from ..description.board import Board
from .defect import Defect, with_power

__all__ = ["DEFECT"]


def _rebuilt(board: Board) -> Board:
    assert board.power is not None and board.power.adc is not None
    return with_power(board, wake_up=None, adc=board.power.adc.model_dump() | {"scales_itself": True})


DEFECT = Defect(
    title="reads its capacitor half as high again before it was full once, and starts too early",
    source="Tasmota winky v3.x: the largest raw value seen is taken for 5 V, from 2047 of 4095 on",
    must_fail=frozenset({"XKY-PWR-4"}),
    rebuilt=_rebuilt,
    board="winky-c6",
)
