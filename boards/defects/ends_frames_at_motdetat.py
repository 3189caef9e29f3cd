# SPDX-License-Identifier: Apache-2.0
"""Takes MOTDETAT for the end of the frame."""

from collections.abc import Sequence

from xky.protocol import Frame, Group, Mode

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _EndsFramesAtMotdetat(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        if frame.mode is Mode.STANDARD:
            return frame.good
        labels = [group.label for group in frame.good]
        return frame.good[: labels.index("MOTDETAT")] if "MOTDETAT" in labels else None


DEFECT = Defect(
    title="sends a frame at MOTDETAT, without it and what follows",
    source="fmartinou/teleinfo2mqtt HistoryTicMode.js isFrameEnd @6b161f6",
    must_fail=frozenset({"TIC-LNK-5", "TIC-LBL-1"}),
    parser=_EndsFramesAtMotdetat,
    modes=frozenset({Mode.HISTORIC}),
    spreads=True,
)
