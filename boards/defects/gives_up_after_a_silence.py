# SPDX-License-Identifier: Apache-2.0
"""Writes to its database no more once that has left it without an answer."""

from .defect import Defect
from .meddling import WritesNoMore

__all__ = ["DEFECT"]


class _GivesUp(WritesNoMore):
    def without_an_answer(self) -> bool:
        return True


DEFECT = Defect(
    title="is silent for ever behind a write that was never answered",
    source="xKy uplinks: a request that is waited for without a time-out",
    must_fail=frozenset({"XKY-UPL-1"}),
    network=_GivesUp,
    board="winky-lab",
    spreads=True,
)
