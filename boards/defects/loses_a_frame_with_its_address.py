# SPDX-License-Identifier: Apache-2.0
"""Drops a frame whose address is damaged or missing."""

from xky.protocol import Frame

from .defect import Defect, DropsFrames, address

__all__ = ["DEFECT"]


class _LosesAFrameWithItsAddress(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return not address(frame)


DEFECT = Defect(
    title="drops a frame whose ADCO or ADSC is damaged",
    source=(
        "lhuet/teleinfo nodejs/teleinfo.js @4994344: a frame without ADCO is incomplete; "
        "SebastienReuiller/teleinfo-linky-with-raspberry @2dc277e"
    ),
    must_fail=frozenset({"TIC-CHK-2"}),
    parser=_LosesAFrameWithItsAddress,
    may_fail=frozenset({"TIC-LBL-1", "TIC-CND-2"}),
)
