# SPDX-License-Identifier: Apache-2.0
"""Says three seconds behind a bad frame that all is good."""

from collections.abc import Generator

import simpy

from xky.protocol import Frame

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]

_FORGIVES_S = 3.0


class _Forgives(Indicator):
    def hears(self, frame: Frame) -> None:
        super().hears(frame)
        if not self.takes(frame):
            self._bad_s = self.env.now
            self.env.process(self._forgives())

    def _forgives(self) -> Generator[simpy.Event, None, None]:
        yield self.env.timeout(_FORGIVES_S)
        if self.env.now - self._bad_s > _FORGIVES_S - 0.001:  # no other one since
            self.decides(good=True)


DEFECT = Defect(
    title="says three seconds behind a bad frame that all is good",
    source="SéQuélec no 17: less than 9 s of silence behind a bad frame are bad",
    must_fail=frozenset({"TIC-LED-2"}),
    indicator=_Forgives,
    board="labelled",
)
