# SPDX-License-Identifier: Apache-2.0
"""Writes to its database no more once that has refused it."""

from xky.protocol.uplinks.messages import HttpResponse

from .defect import Defect
from .meddling import WritesNoMore

__all__ = ["DEFECT"]

_UNAUTHORISED = 401


class _GivesUp(WritesNoMore):
    def ends_it(self, answer: HttpResponse | None) -> bool:
        return answer is not None and answer.status == _UNAUTHORISED


DEFECT = Defect(
    title="is silent for ever behind a 401 of its database",
    source="xKy uplinks: a token that is thrown away when it is refused",
    must_fail=frozenset({"XKY-UPL-1"}),
    network=_GivesUp,
    board="winky-lab",
    spreads=True,
)
