# SPDX-License-Identifier: Apache-2.0
"""Writes past its buffer for one group."""

from xky.protocol import Mode
from xky.protocol.mode import CR, LF

from .defect import Defect, Dies

__all__ = ["DEFECT"]

_ROOM = {Mode.HISTORIC: 1024, Mode.STANDARD: 8192}


class _OverflowsInALongGroup(Dies):
    _size = 0

    def kills(self, data: bytes, mode: Mode) -> bool:
        for byte in data:
            self._size = 0 if byte in LF + CR else self._size + 1
            if self._size > _ROOM[mode]:
                return True
        return False


DEFECT = Defect(
    title="stops for ever after a group that is longer than its buffer of 1024 characters, in standard mode of 8192",
    source="assumption: the largest buffers for a line that readers were seen to have, overflow not checked",
    must_fail=frozenset({"TIC-LNK-9"}),
    parser=_OverflowsInALongGroup,
    board="generic",  # a frame with such a group lasts 20 s: a board that listens for 12 s hears none from STX to there
    spreads=True,
)
