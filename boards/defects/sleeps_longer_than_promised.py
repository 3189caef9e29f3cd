# SPDX-License-Identifier: Apache-2.0
"""Sleeps longer than its supplier promises."""

from ..description.board import Board
from .defect import Defect

__all__ = ["DEFECT"]


def _rebuilt(board: Board) -> Board:
    assert board.wake is not None
    return board.model_copy(
        update={
            "wake": board.wake.model_copy(update={"sleep_s": 120.0}),
            "limits": board.limits.model_copy(update={"period_s": board.report_period_s}),
        }
    )


DEFECT = Defect(
    title="sleeps 120 s where a reading each 46 s is promised",
    source="Tasmota winky: the longest sleep is 60 s in one version and 120 s in others",
    must_fail=frozenset({"XKY-PWR-6"}),
    rebuilt=_rebuilt,
    board="winky-c6",
)
