# SPDX-License-Identifier: Apache-2.0
"""Fills the holes of a damaged frame with what it read before."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _KeepsStaleValues(Parser):
    def __init__(self) -> None:
        self._last: dict[str, Group] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        read = {group.label: group for group in frame.good}
        self._last = {**self._last, **read} if len(frame.good) < len(frame.groups) else read
        return list(self._last.values())


DEFECT = Defect(
    title="keeps stale values after a damaged frame",
    source="readers that update one dictionary for ever",
    must_fail=frozenset({"TIC-FRS-1"}),
    may_fail=frozenset({"TIC-CND-1", "TIC-CHK-4", "TIC-CHK-1"}),  # a label may leave in the frame that is damaged
    parser=_KeepsStaleValues,
)
