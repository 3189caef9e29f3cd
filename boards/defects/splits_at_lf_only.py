# SPDX-License-Identifier: Apache-2.0
"""Ends a group where the next one begins, at LF, and throws CR away."""

from xky.protocol import Mode
from xky.protocol.mode import CR, ETX, LF, STX

from .defect import Defect, Mishears

__all__ = ["DEFECT"]


class _SplitsAtLfOnly(Mishears):
    def heard(self, data: bytes, mode: Mode) -> bytes:
        lines = data.replace(CR, b"").replace(LF, CR + LF).replace(ETX, CR + ETX)
        return lines.replace(STX + CR, STX)


DEFECT = Defect(
    title="splits groups at LF only, so that a damaged LF takes the group before with it",
    source="readers that take lines from readline(), such as hekmon/linkytic#67",
    must_fail=frozenset({"TIC-LNK-7"}),
    parser=_SplitsAtLfOnly,
)
