# SPDX-License-Identifier: Apache-2.0
"""Passes on a known label whatever its size."""

from collections.abc import Sequence

from xky.protocol import Damaged, Frame, Group, Reason

from ..firmware.parser import Parser
from .defect import Defect
from .ignores_checksum import forced

__all__ = ["DEFECT"]


class _KnowsNoSizes(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return [
            forced(group, frame.mode) if isinstance(group, Damaged) else group
            for group in frame.groups
            if not isinstance(group, Damaged) or group.reason in (Reason.LENGTH, Reason.OVERLONG)
        ]


DEFECT = Defect(
    title="passes on known labels with a wrong size",
    source="enedis-tic 0.2.0 and most readers that compute the checksum: none knows the sizes of 54E §6.2",
    must_fail=frozenset({"TIC-SIZ-1"}),
    parser=_KnowsNoSizes,
)
