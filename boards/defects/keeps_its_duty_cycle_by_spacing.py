# SPDX-License-Identifier: Apache-2.0
"""Keeps its duty cycle by the time between two uplinks alone: an hour may have one more at its ends."""

from typing import Any

from ..description.board import Board
from ..firmware.duty_cycle import AirLedger
from ..firmware.lorawan_flash import LorawanFlash
from .defect import Defect
from .meddling import with_lorawan

__all__ = ["DEFECT"]

_DUTY_CYCLE = 0.01


class _BySpacing(AirLedger):
    def wait_s(self, at_s: float, airtime_s: float) -> float:
        if not self.sent:
            return 0.0
        end_s, last_s = self.sent[-1]
        return max(0.0, end_s + last_s * (1 / self.duty_cycle - 1) - at_s)


def _kept(flash: dict[str, Any]) -> None:
    flash.setdefault("lorawan", LorawanFlash(_BySpacing(_DUTY_CYCLE)))


def _believes(board: Board) -> Board:
    assert board.wake is not None
    slow = with_lorawan(board, lora={"spreading_factor": 12}, fair_use_s=None)
    return slow.model_copy(update={"wake": board.wake.model_copy(update={"sleep_s": 1.0})})


DEFECT = Defect(
    title="sends as often as 99 airtimes between two uplinks allow, and not what an hour does",
    source="xKy uplinks: LoRaWAN 1.0.2 §7.2.1 has the off time alone, EN 300 220 the hour",
    must_fail=frozenset({"XKY-LRW-3"}),
    may_fail=frozenset({"TIC-FRS-1"}),  # a frame of this data rate is longer on the air than the board's file says
    believes=_believes,
    flash=_kept,
    board="loky",
)
