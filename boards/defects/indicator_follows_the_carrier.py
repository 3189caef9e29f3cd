# SPDX-License-Identifier: Apache-2.0
"""Says that all is good as long as there is a carrier."""

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _FollowsTheCarrier(Indicator):
    def senses(self) -> None:
        self.waits_for_the_next()


DEFECT = Defect(
    title="says that all is good as long as there is a carrier",
    source="54E §9.4.1: 50 kHz that is no frame is bad; indicators wired to the demodulator",
    must_fail=frozenset({"TIC-LED-2"}),
    indicator=_FollowsTheCarrier,
    board="labelled",
)
