# SPDX-License-Identifier: Apache-2.0
"""Ends at a group without a checksum character."""

from xky.protocol import Mode
from xky.protocol.mode import CR

from .defect import Defect, Dies

__all__ = ["DEFECT"]


class _DiesOfAnEmptyChecksum(Dies):
    def kills(self, data: bytes, mode: Mode) -> bool:
        separator = mode.separator
        return any(
            line.endswith(separator) and not line.endswith(2 * separator) and line.count(separator) > 1
            for line in data.split(CR)
        )


DEFECT = Defect(
    title="stops for ever at an empty checksum field",
    source="hekmon/linkytic#67: 'Empty checksum'; ord() of an empty text raises",
    must_fail=frozenset({"TIC-SIZ-2"}),
    parser=_DiesOfAnEmptyChecksum,
    spreads=True,
)
