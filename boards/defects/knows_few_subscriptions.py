# SPDX-License-Identifier: Apache-2.0
"""Refuses a subscription that is not one of a household's."""

from xky.protocol import Frame, Group

from .defect import Defect, Retells

__all__ = ["DEFECT"]

_KNOWN = {"ISOUSC": {"15", "30", "45", "60"}, "PREF": {"03", "06", "09", "12"}}


class _KnowsFewSubscriptions(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return group if group.value in _KNOWN.get(group.label, {group.value}) else None


DEFECT = Defect(
    title="reports subscriptions of 3, 6, 9 and 12 kVA only",
    source="assumption: lists of what the supplier sold to households when the reader was written",
    must_fail=frozenset({"TIC-VAL-3"}),
    parser=_KnowsFewSubscriptions,
)
