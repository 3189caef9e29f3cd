# SPDX-License-Identifier: Apache-2.0
"""Ends at a checksum of more than one character."""

from xky.protocol import Mode
from xky.protocol.mode import CR, LF

from .defect import Defect, Dies

__all__ = ["DEFECT"]


class _DiesOfALongChecksum(Dies):
    def kills(self, data: bytes, mode: Mode) -> bool:
        groups = [line.partition(LF)[2] for line in data.split(CR)[:-1]]
        return any(LF in group for group in groups)  # two in one line: the CR between them was lost


DEFECT = Defect(
    title="stops for ever at a checksum field of several characters",
    source="hekmon/linkytic#9: TypeError in ord(), a restart is needed",
    must_fail=frozenset({"TIC-LNK-7"}),
    parser=_DiesOfALongChecksum,
    spreads=True,
)
