# SPDX-License-Identifier: Apache-2.0
"""Takes long groups without a look at their checksum."""

from xky.protocol import Damaged, Mode, Reason

from .defect import Defect, Forces

__all__ = ["DEFECT"]

_BUFFER = 64  # characters; the calendar of a day has 98


class _TrustsLongGroups(Forces):
    def takes(self, group: Damaged, mode: Mode) -> bool:
        return group.reason is Reason.CHECKSUM and len(group.raw) > _BUFFER


DEFECT = Defect(
    title="does not look at the checksum of a group that is longer than its buffer",
    source="assumption: the sum is made over a short buffer, and what is longer passed on in pieces",
    must_fail=frozenset({"TIC-CHK-1"}),
    may_fail=frozenset({"TIC-SND-1"}),
    parser=_TrustsLongGroups,
    modes=frozenset({Mode.STANDARD}),  # historic mode has no long groups
)
