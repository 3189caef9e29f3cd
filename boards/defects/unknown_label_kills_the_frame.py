# SPDX-License-Identifier: Apache-2.0
"""Drops a frame that has a label it does not know."""

from xky.protocol import LABELS, Frame

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _UnknownLabelKillsTheFrame(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return any(group.label not in LABELS[frame.mode] for group in frame.good)


DEFECT = Defect(
    title="drops a frame with an unknown label",
    source=(
        "openhab/openhab-addons TeleinfoInputStream.java @0091a51: InvalidFrameException; tbibard/teleinfo-"
        "recorder @6f88f91"
    ),
    must_fail=frozenset({"TIC-LBL-2", "TIC-LBL-3"}),
    may_fail=frozenset({"TIC-FLD-3", "TIC-LBL-1"}),  # the pilot's labels are none that it knows
    parser=_UnknownLabelKillsTheFrame,
)
