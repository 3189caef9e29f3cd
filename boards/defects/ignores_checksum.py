# SPDX-License-Identifier: Apache-2.0
"""Reports a group whatever its checksum."""

from collections.abc import Sequence

from xky.protocol import Damaged, Frame, Group, Reason

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _IgnoresChecksum(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [
            _forced(group, frame.mode.separator) if isinstance(group, Damaged) else group
            for group in frame.groups
            if not isinstance(group, Damaged) or group.reason is Reason.CHECKSUM
        ]


def _forced(group: Damaged, separator: bytes) -> Group:
    label, *fields = group.raw[:-2].decode().split(separator.decode())  # the last two are separator and checksum
    return Group(label, fields[-1], fields[0] if len(fields) > 1 else None)


DEFECT = Defect(
    title="ignores the checksum",
    source="readers that split a line on its separator and never compute the sum",
    must_fail=frozenset({"TIC-CHK-1"}),
    parser=_IgnoresChecksum,
)
