# SPDX-License-Identifier: Apache-2.0
"""Ends at a character above 0x7F."""

from xky.protocol import Mode

from .defect import Defect, Dies

__all__ = ["DEFECT"]


class _DiesOfBit7(Dies):
    def kills(self, data: bytes, mode: Mode) -> bool:
        return not data.isascii()


DEFECT = Defect(
    title="stops for ever at a character with bit 7 set",
    source="hekmon/linkytic#11, 917a0ef: UnicodeDecodeError in the path of errors",
    must_fail=frozenset({"TIC-CHR-2"}),
    parser=_DiesOfBit7,
    spreads=True,
    board="generic",  # one that sleeps may die of what it wakes to, before the step that asks
)
