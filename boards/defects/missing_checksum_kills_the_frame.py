# SPDX-License-Identifier: Apache-2.0
"""Drops a frame with a group that ends before its checksum."""

from xky.protocol import Damaged, Frame, Mode

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _MissingChecksumKillsTheFrame(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        separator = frame.mode.separator
        ends = (group.raw[-2:] for group in frame.groups if isinstance(group, Damaged))
        return any(end.endswith(separator) and end != 2 * separator for end in ends)  # twice: its checksum is a space


DEFECT = Defect(
    title="drops the whole frame when a group ends behind its last separator",
    source="framagit.org/dupin/enedis_tic 0.2.0 raises for a group without checksum: the frame is gone",
    must_fail=frozenset({"TIC-CHK-2"}),
    parser=_MissingChecksumKillsTheFrame,
    modes=frozenset({Mode.STANDARD}),  # historic frames have no label to spare for it
)
