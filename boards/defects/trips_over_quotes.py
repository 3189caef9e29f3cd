# SPDX-License-Identifier: Apache-2.0
"""Drops a text with quotes in it."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _TripsOverQuotes(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return None if {*group.value} & {*'"\\'} else group


DEFECT = Defect(
    title="drops a text that has quotes or a backslash in it",
    source="assumption: JSON that is written by hand, with nothing escaped",
    must_fail=frozenset({"TIC-VAL-3"}),
    parser=_TripsOverQuotes,
    modes=frozenset({Mode.STANDARD}),  # historic mode has no texts
)
