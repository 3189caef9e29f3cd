# SPDX-License-Identifier: Apache-2.0
"""Reports the mean of the power over some frames."""

from collections import deque
from dataclasses import replace

from xky.protocol import Frame, Group

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _AveragesPower(Retells):
    def __init__(self) -> None:
        self._last: deque[int] = deque(maxlen=8)

    def retold(self, group: Group, frame: Frame) -> Group | None:
        if group.label not in ("PAPP", "SINSTS") or not group.value.isdecimal():
            return group
        self._last.append(int(group.value))
        return replace(group, value=f"{sum(self._last) // len(self._last):05}")


DEFECT = Defect(
    title="reports the mean power of the last frames",
    source=(
        "Jean-PhilippeD/gladys-teleinfo lib/buffer.js @709fbed; domoticz hardware/Teleinfo.cpp @03b418b: eight frames"
    ),
    must_fail=frozenset({"TIC-SND-1"}),
    parser=_AveragesPower,
    spreads=True,
)
