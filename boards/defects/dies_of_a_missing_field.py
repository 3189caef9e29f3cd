# SPDX-License-Identifier: Apache-2.0
"""Ends at a group of fewer fields than label, value and checksum."""

from xky.protocol import Mode
from xky.protocol.mode import CR, LF

from .defect import Defect, Dies

__all__ = ["DEFECT"]


class _DiesOfAMissingField(Dies):
    def kills(self, data: bytes, mode: Mode) -> bool:
        lines = [line.partition(LF)[2] for line in data.split(CR)[:-1]]
        return any(line and line.count(mode.separator) == 1 and line[-2:-1] == mode.separator for line in lines)


DEFECT = Defect(
    title="stops for ever at a group without its value",
    source="assumption: label, value, checksum = line.split(), which raises where one is missing",
    must_fail=frozenset({"TIC-SIZ-2"}),
    parser=_DiesOfAMissingField,
    spreads=True,
)
