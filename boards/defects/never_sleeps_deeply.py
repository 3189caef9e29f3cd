# SPDX-License-Identifier: Apache-2.0
"""Its radio stays on while it sleeps."""

from ..description.board import Board
from ..description.states import SLEEP
from .defect import Defect, with_power

__all__ = ["DEFECT"]


def _rebuilt(board: Board) -> Board:
    assert board.power is not None
    loads = {name: load.model_dump() for name, load in board.power.loads.items()}
    return with_power(board, loads=loads | {SLEEP: {"current_a": 0.03}})


DEFECT = Defect(
    title="draws 30 mA while it sleeps",
    source="ESP32-C6 connected in light sleep: 23 mA measured; a module with 667 µA in deep sleep",
    must_fail=frozenset({"XKY-PWR-7"}),
    rebuilt=_rebuilt,
    board="winky-c6",
    spreads=True,  # on a meter it starves
)
