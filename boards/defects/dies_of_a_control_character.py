# SPDX-License-Identifier: Apache-2.0
"""Ends at a control character in a text."""

from xky.protocol import Damaged, Frame

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _DiesOfAControlCharacter(DropsFrames):
    _dead = False

    def drops(self, frame: Frame) -> bool:
        refused = [group for group in frame.groups if isinstance(group, Damaged)]
        self._dead = self._dead or any(b"\x1b" in group.raw for group in refused)
        return self._dead


DEFECT = Defect(
    title="stops for ever at a control character in a text",
    source="assumption: writers of XML or of a terminal that raise at ESC",
    must_fail=frozenset({"TIC-CHK-2"}),
    parser=_DiesOfAControlCharacter,
    spreads=True,
)
