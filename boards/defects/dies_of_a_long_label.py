# SPDX-License-Identifier: Apache-2.0
"""Ends at a label that its buffer has no room for."""

from xky.protocol import Mode
from xky.protocol.mode import CR, LF

from .defect import Defect, Dies

__all__ = ["DEFECT"]

_ROOM = 12  # characters; the longest label of the texts has nine


class _DiesOfALongLabel(Dies):
    def kills(self, data: bytes, mode: Mode) -> bool:
        groups = [line.partition(LF)[2] for line in data.split(CR)[:-1]]
        return any(len(group.split(mode.separator)[0]) > _ROOM for group in groups if group.count(mode.separator) > 1)


DEFECT = Defect(
    title="stops for ever at a label longer than its buffer",
    source="assumption: a label of fixed size on the stack that is copied up to the separator",
    must_fail=frozenset({"TIC-SIZ-2"}),
    parser=_DiesOfALongLabel,
    spreads=True,
)
