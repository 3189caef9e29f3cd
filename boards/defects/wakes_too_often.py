# SPDX-License-Identifier: Apache-2.0
"""Wakes more often than its charge comes back."""

from ..description.board import Board
from .defect import Defect, with_power

__all__ = ["DEFECT"]


def _rebuilt(board: Board) -> Board:
    assert board.wake is not None
    hasty = board.model_copy(update={"wake": board.wake.model_copy(update={"sleep_s": 4.0})})
    return with_power(hasty, policy={}, adc=None)


DEFECT = Defect(
    title="sleeps 4 s and never looks at its capacitor",
    source="Tasmota winky v1.3, whose shortest sleep was 5 s, with a weak meter; period limits of the xKy slides",
    must_fail=frozenset({"XKY-PWR-3"}),
    rebuilt=_rebuilt,
    board="winky-c6",
    spreads=True,  # what it misses while it recharges
)
