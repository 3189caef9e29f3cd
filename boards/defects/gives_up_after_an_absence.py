# SPDX-License-Identifier: Apache-2.0
"""Writes to its database no more once nobody listened there."""

from xky.protocol.uplinks.messages import HttpResponse

from .defect import Defect
from .meddling import WritesNoMore

__all__ = ["DEFECT"]


class _GivesUp(WritesNoMore):
    def ends_it(self, answer: HttpResponse | None) -> bool:
        return answer is None


DEFECT = Defect(
    title="is silent for ever once its database was away",
    source="xKy uplinks: a connection that is made at the start alone",
    must_fail=frozenset({"XKY-UPL-1"}),
    network=_GivesUp,
    board="winky-lab",
    spreads=True,
)
