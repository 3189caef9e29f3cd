# SPDX-License-Identifier: Apache-2.0
"""Reports a group whatever its checksum."""

from xky.protocol import Damaged, Mode, Reason

from .defect import Defect, Forces

__all__ = ["DEFECT"]


class _IgnoresChecksum(Forces):
    def takes(self, group: Damaged, mode: Mode) -> bool:
        return group.reason in (Reason.CHECKSUM, Reason.CHARSET)


DEFECT = Defect(
    title="ignores the checksum",
    source="readers that split a line on its separator and never compute the sum",
    must_fail=frozenset({"TIC-CHK-1", "TIC-CHR-1"}),
    parser=_IgnoresChecksum,
    may_fail=frozenset({"TIC-CHK-4", "TIC-SND-1"}),
)
