# SPDX-License-Identifier: Apache-2.0
"""Has a time of 32 bits, which ends in January 2038."""

from xky.protocol import Frame, Mode

from .defect import Defect, DropsFrames, clock_of

__all__ = ["DEFECT"]

_LAST_S = 2**31 - 1  # from 1970 on: 2038-01-19 03:14:07 UTC


class _CountsSecondsIn32Bits(DropsFrames):
    def drops(self, frame: Frame) -> bool:
        now = clock_of(frame)
        return now is not None and now.utc().timestamp() > _LAST_S


DEFECT = Defect(
    title="drops frames from 2038 on, whose seconds since 1970 do not fit its 32 bits",
    source="espressif/esp-idf before 5.0, whose time_t has 32 bits",
    must_fail=frozenset({"TIC-CLK-3"}),
    parser=_CountsSecondsIn32Bits,
    modes=frozenset({Mode.STANDARD}),
    spreads=True,  # whatever comes at the end of a run comes then
)
