# SPDX-License-Identifier: Apache-2.0
"""Sends what differs from the frame before, and not too often."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


_QUIET = 4  # frames


class _ComparesWithTheLastFrame(Parser):
    _before: tuple[Group, ...] = ()
    _since = _QUIET

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        differs, self._before = frame.good != self._before, frame.good
        self._since += 1
        if not differs or self._since < _QUIET:
            return None
        self._since = 0
        return frame.good


DEFECT = Defect(
    title="sends a frame only when it differs from the one before it, and not too often",
    source="fmartinou/teleinfo2mqtt#39, a64090c: a change in the quiet time is never sent",
    must_fail=frozenset({"TIC-CMP-1"}),
    parser=_ComparesWithTheLastFrame,
    spreads=True,
    board="generic",
)
