# SPDX-License-Identifier: Apache-2.0
"""Drops frames without HHPHC."""

from xky.protocol import Frame, Mode

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _WaitsForHhphc(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return frame.mode is Mode.HISTORIC and "HHPHC" not in frame.values


DEFECT = Defect(
    title="takes a frame without HHPHC for half a frame",
    source="after frames of CBETM meters and of Enedis' laboratory (tic.md 8.2), which have none",
    must_fail=frozenset({"TIC-FLD-1"}),
    parser=_WaitsForHhphc,
    modes=frozenset({Mode.HISTORIC}),
    spreads=True,
)
