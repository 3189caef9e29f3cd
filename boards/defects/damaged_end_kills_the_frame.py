# SPDX-License-Identifier: Apache-2.0
"""Drops a frame whose LF and CR do not match."""

from xky.protocol import Damaged, Frame, Reason

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _DamagedEndKillsTheFrame(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return any(isinstance(group, Damaged) and group.reason is Reason.STRUCTURE for group in frame.groups)


DEFECT = Defect(
    title="drops a frame in which one LF or CR is damaged",
    source="esciara/pyteleinfo codec.py _verify_frame_well_formed @f88ad65",
    must_fail=frozenset({"TIC-LNK-7"}),
    parser=_DamagedEndKillsTheFrame,
    may_fail=frozenset({"TIC-CHK-2", "TIC-CHR-2", "TIC-SIZ-2"}),
)
