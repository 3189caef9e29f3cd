# SPDX-License-Identifier: Apache-2.0
"""Writes past its buffer where no frame begins."""

from xky.protocol import Mode
from xky.protocol.mode import ETX, STX

from .defect import Defect, Dies

__all__ = ["DEFECT"]


_ROOM = 120


class _OverflowsOnNoise(Dies):
    _outside, _size = False, 0

    def kills(self, data: bytes, mode: Mode) -> bool:
        for byte in data:
            if byte in STX + ETX:
                self._outside, self._size = byte == ETX[0], 0
            self._size += self._outside
            if self._size > _ROOM:
                return True
        return False


DEFECT = Defect(
    title="stops for ever after noise that fills its line buffer",
    source="gbrd/arduino-teleinfo readFrame @6ae4fa4: no bound before the first STX",
    must_fail=frozenset({"TIC-LNK-6"}),
    parser=_OverflowsOnNoise,
    spreads=True,
)
