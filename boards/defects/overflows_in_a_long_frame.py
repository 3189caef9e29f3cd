# SPDX-License-Identifier: Apache-2.0
"""Writes past its frame buffer."""

from xky.protocol import Mode
from xky.protocol.mode import STX

from .defect import Defect, Dies

__all__ = ["DEFECT"]


_ROOM = {Mode.HISTORIC: 500, Mode.STANDARD: 1900}  # the longest frames fit


class _OverflowsInALongFrame(Dies):
    _size = 0

    def kills(self, data: bytes, mode: Mode) -> bool:
        for byte in data:
            self._size = 0 if byte == STX[0] else self._size + 1
            if self._size > _ROOM[mode]:
                return True
        return False


DEFECT = Defect(
    title="stops for ever after a frame that is longer than its buffer",
    source="gbrd/arduino-teleinfo TeleInfo.h @6ae4fa4: room for 350 bytes, overflow not checked",
    must_fail=frozenset({"TIC-LNK-9"}),
    parser=_OverflowsInALongFrame,
    spreads=True,
)
