# SPDX-License-Identifier: Apache-2.0
"""Drops frames that lack a single-phase label."""

from xky.protocol import Frame, Mode

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


class _WantsASinglePhase(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        return frame.mode is Mode.HISTORIC and "IINST" not in frame.values


DEFECT = Defect(
    title="drops a frame without IINST",
    source=(
        "angristan/teleinfo2mqtt-rs src/teleinfo/parser.rs @e8acaf3: missing label, frame refused; "
        "fmartinou/teleinfo2mqtt#30"
    ),
    must_fail=frozenset({"TIC-LNK-4", "TIC-LBL-1"}),
    parser=_WantsASinglePhase,
    modes=frozenset({Mode.HISTORIC}),
    spreads=True,
)
