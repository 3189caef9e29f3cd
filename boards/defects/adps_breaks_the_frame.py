# SPDX-License-Identifier: Apache-2.0
"""Matches frames with a pattern in which ADPS does not occur."""

from xky.protocol import Frame, Mode

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _AdpsBreaksTheFrame(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return "ADPS" in frame.values


DEFECT = Defect(
    title="drops every frame that has ADPS",
    source="jnth/teleinfo_reader src/models.rs @41084d5: one pattern for a whole frame",
    must_fail=frozenset({"TIC-CND-3", "TIC-LBL-1"}),
    parser=_AdpsBreaksTheFrame,
    modes=frozenset({Mode.HISTORIC}),
)
