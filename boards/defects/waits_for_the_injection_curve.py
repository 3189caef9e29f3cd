# SPDX-License-Identifier: Apache-2.0
"""Drops frames of producers without CCAIN."""

from xky.protocol import Frame, Mode

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _WaitsForTheInjectionCurve(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return "EAIT" in frame.values and "CCAIN" not in frame.values


DEFECT = Defect(
    title="takes a producer's frame without CCAIN for half a frame",
    source="after producers that send none (openHAB, GammaTroniques PRODUCTION; tic.md 5)",
    must_fail=frozenset({"TIC-FLD-2"}),
    parser=_WaitsForTheInjectionCurve,
    modes=frozenset({Mode.STANDARD}),
    spreads=True,
)
