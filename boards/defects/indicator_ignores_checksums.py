# SPDX-License-Identifier: Apache-2.0
"""Takes frames for good in which a checksum is wrong."""

from xky.protocol import Frame

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _IgnoresChecksums(Indicator):
    def takes(self, frame: Frame) -> bool:
        return not self.is_standby(frame)


DEFECT = Defect(
    title="takes frames for good in which a checksum is wrong",
    source="54E §9.4.1: at least one wrong is bad; decoders that drop the group and go on",
    must_fail=frozenset({"TIC-LED-2"}),
    indicator=_IgnoresChecksums,
    board="labelled",
)
