# SPDX-License-Identifier: Apache-2.0
"""Drops a frame in which a horodate has no season."""

from xky.protocol import Frame, Mode

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _BlankSeasonKillsTheFrame(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return any((group.timestamp or "").startswith(" ") for group in frame.good)


DEFECT = Defect(
    title="drops a frame with a blank season (DPMn, FPMn)",
    source="enedis-tic 0.2.0: TypeError in its link layer, the frame is lost; fmartinou/teleinfo2mqtt#47",
    must_fail=frozenset({"TIC-DAT-2", "TIC-TAR-3", "TIC-LNK-4"}),
    parser=_BlankSeasonKillsTheFrame,
    may_fail=frozenset({"TIC-LBL-1", "TIC-LBL-5", "TIC-CND-1"}),
    modes=frozenset({Mode.STANDARD}),
)
