# SPDX-License-Identifier: Apache-2.0
"""Asks once in a life to be let in."""

from xky.protocol.uplinks.messages import RadioFrame

from ..ports import RadioPort
from .defect import Defect
from .meddling import MeddledRadio

__all__ = ["DEFECT"]

_MESSAGE_TYPE, _JOIN_REQUEST = 0xE0, 0x00  # MHDR (LoRaWAN 1.0.2 §4.2.1)


class _Once(MeddledRadio):
    def __init__(self, radio: RadioPort) -> None:
        super().__init__(radio)
        self._asked = False

    def transmit(self, frame: RadioFrame) -> None:
        if frame.data[0] & _MESSAGE_TYPE == _JOIN_REQUEST:
            if self._asked:
                return
            self._asked = True
        super().transmit(frame)


DEFECT = Defect(
    title="never asks again to be let in once it was refused",
    source="xKy uplinks: a join in the set-up of a program, and nothing behind it",
    must_fail=frozenset({"XKY-LRW-4"}),
    radio=_Once,
    board="loky",
    spreads=True,  # it is silent from there on
)
