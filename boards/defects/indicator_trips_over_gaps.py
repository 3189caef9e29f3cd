# SPDX-License-Identifier: Apache-2.0
"""Takes a frame for bad that is not sent at one go."""

from xky.protocol import Frame

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _TripsOverGaps(Indicator):
    _parts = 0

    def senses(self) -> None:
        self._parts += 1

    def takes(self, frame: Frame) -> bool:
        return super().takes(frame) and self._parts == 1

    def hears(self, frame: Frame) -> None:
        super().hears(frame)
        self._parts = 0


DEFECT = Defect(
    title="takes a frame for bad that has gaps between its groups",
    source="54E §5.3.6: up to 33.4 ms are allowed; assumption: as readers that wait for an idle line",
    must_fail=frozenset({"TIC-LED-1"}),
    indicator=_TripsOverGaps,
    board="labelled",
)
