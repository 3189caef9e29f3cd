# SPDX-License-Identifier: Apache-2.0
"""Takes nine nines for "no value"."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]

_NINES = "9" * 9


class _TakesNinesForNothing(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [group for group in frame.good if group.value != _NINES]


DEFECT = Defect(
    title='takes 999 999 999 for "no value"',
    source="data bases and filters with a sentinel inside the range of values",
    must_fail=frozenset({"TIC-VAL-1"}),
    parser=_TakesNinesForNothing,
)
