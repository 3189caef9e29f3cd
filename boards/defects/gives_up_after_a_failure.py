# SPDX-License-Identifier: Apache-2.0
"""Writes to its database no more once that has failed."""

from xky.protocol.uplinks.messages import HttpResponse

from .defect import Defect
from .meddling import WritesNoMore

__all__ = ["DEFECT"]

_FAILED = 500


class _GivesUp(WritesNoMore):
    def ends_it(self, answer: HttpResponse | None) -> bool:
        return answer is not None and answer.status >= _FAILED


DEFECT = Defect(
    title="is silent for ever behind a 500 of its database",
    source="xKy uplinks: a server's fault that is taken for one's own",
    must_fail=frozenset({"XKY-UPL-1"}),
    network=_GivesUp,
    board="winky-lab",
    spreads=True,
)
