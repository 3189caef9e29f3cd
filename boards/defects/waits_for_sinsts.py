# SPDX-License-Identifier: Apache-2.0
"""Drops frames without SINSTS."""

from xky.protocol import Frame, Mode

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _WaitsForSinsts(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return frame.mode is Mode.STANDARD and "SINSTS" not in frame.values


DEFECT = Defect(
    title="takes a frame without SINSTS for half a frame",
    source="hekmon/linkytic#41, #42: meters of type 67 say SINST1",
    must_fail=frozenset({"TIC-FLD-3"}),
    parser=_WaitsForSinsts,
    modes=frozenset({Mode.STANDARD}),
    spreads=True,
)
