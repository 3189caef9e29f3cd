# SPDX-License-Identifier: Apache-2.0
"""Drops frames over 1024 bytes."""

from xky.protocol import Damaged, Frame, Mode, encode_group

from .defect import Defect, DropsFrames

__all__ = ["DEFECT"]


_ROOM = 1024


class _BufferOf1024(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        size = sum(g.length if isinstance(g, Damaged) else len(encode_group(g, frame.mode)) for g in frame.groups)
        return size > _ROOM


DEFECT = Defect(
    title="drops a frame over 1024 bytes",
    source="esphome/issues#2060: internal buffer full with three phases",
    must_fail=frozenset({"TIC-LNK-4", "TIC-LBL-1", "TIC-LBL-4"}),
    parser=_BufferOf1024,
    modes=frozenset({Mode.STANDARD}),
    spreads=True,
)
