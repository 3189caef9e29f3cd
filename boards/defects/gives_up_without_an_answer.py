# SPDX-License-Identifier: Apache-2.0
"""Sends nothing more once it has sent an uplink as often as it may."""

from xky.protocol.uplinks.messages import RadioFrame

from ..description.board import Board
from ..ports import RadioPort
from .defect import Defect
from .meddling import MeddledRadio, with_lorawan

__all__ = ["DEFECT"]

_MESSAGE_TYPE, _CONFIRMED = 0xE0, 0x80  # MHDR (LoRaWAN 1.0.2 §4.2.1)
_ENOUGH = 8  # times the same


def _believes(board: Board) -> Board:
    return with_lorawan(board, confirmed_every=1)


class _GivesUp(MeddledRadio):
    def __init__(self, radio: RadioPort) -> None:
        super().__init__(radio)
        self._said, self._times = b"", 0

    def transmit(self, frame: RadioFrame) -> None:
        if self._times == _ENOUGH and self._said[0] & _MESSAGE_TYPE == _CONFIRMED:
            return
        self._times = self._times + 1 if frame.data == self._said else 1
        self._said = frame.data
        super().transmit(frame)


DEFECT = Defect(
    title="is silent for ever once its network has left an uplink without an answer",
    source="xKy uplinks: a link check that ends in a state that nothing leads out of",
    must_fail=frozenset({"XKY-UPL-1"}),
    believes=_believes,
    radio=_GivesUp,
    board="loky",
    spreads=True,
)
