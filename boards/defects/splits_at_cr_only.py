# SPDX-License-Identifier: Apache-2.0
"""Begins a group where the last one ended, at CR, and throws LF away."""

from xky.protocol import Mode
from xky.protocol.mode import CR, LF, STX

from .defect import Defect, Mishears

__all__ = ["DEFECT"]


class _SplitsAtCrOnly(Mishears):
    def heard(self, data: bytes, mode: Mode) -> bytes:
        return data.replace(LF, b"").replace(CR, CR + LF).replace(STX, STX + LF)


DEFECT = Defect(
    title="splits groups at CR only, so that a missing CR takes the group behind with it",
    source="assumption: readers that gather characters up to CR and strip what stands before the label",
    must_fail=frozenset({"TIC-LNK-7"}),
    parser=_SplitsAtCrOnly,
)
