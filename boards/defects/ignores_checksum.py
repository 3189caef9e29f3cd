# SPDX-License-Identifier: Apache-2.0
"""Reports a group whatever its checksum."""

from collections.abc import Sequence

from xky.protocol import Damaged, Frame, Group, Mode, Reason

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT", "forced"]


class _IgnoresChecksum(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [
            forced(group, frame.mode) if isinstance(group, Damaged) else group
            for group in frame.groups
            if not isinstance(group, Damaged) or group.reason is Reason.CHECKSUM
        ]


def forced(group: Damaged, mode: Mode) -> Group:
    """A refused group as a group, by its separators alone."""
    label, *fields = group.raw[:-2].decode("latin-1").split(mode.separator.decode())  # without separator and checksum
    return Group(label, fields[-1], fields[0] if len(fields) > 1 else None)


DEFECT = Defect(
    title="ignores the checksum",
    source="readers that split a line on its separator and never compute the sum",
    must_fail=frozenset({"TIC-CHK-1"}),
    parser=_IgnoresChecksum,
    may_fail=frozenset({"TIC-CHK-4"}),
)
