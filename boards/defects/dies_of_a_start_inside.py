# SPDX-License-Identifier: Apache-2.0
"""Ends where the first character that it ever hears is no STX."""

from xky.protocol import Mode
from xky.protocol.mode import STX

from .defect import Defect, Dies

__all__ = ["DEFECT"]


class _DiesOfAStartInside(Dies):
    _began = False

    def kills(self, data: bytes, mode: Mode) -> bool:
        first, self._began = not self._began, self._began or bool(data)
        return first and bool(data) and not data.startswith(STX)


DEFECT = Defect(
    title="stops for ever when it is started in the middle of a frame",
    source="assumption: readers that take the first line for a group, and were tried on a line that began after them",
    must_fail=frozenset({"TIC-LNK-11"}),
    parser=_DiesOfAStartInside,
    spreads=True,
    board="generic",  # one that sleeps is never started where it listens
)
