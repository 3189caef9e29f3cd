# SPDX-License-Identifier: Apache-2.0
"""Reports the current times 230 as the power."""

from dataclasses import replace

from xky.protocol import Frame, Group

from .defect import Defect, Retells

__all__ = ["DEFECT"]


_OF = {"PAPP": "IINST", "SINSTS": "IRMS1"}


class _PowerFromCurrent(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        current = frame.values.get(_OF.get(group.label, ""), "")
        return replace(group, value=f"{230 * int(current):05}") if current.isdecimal() else group


DEFECT = Defect(
    title="reports the power as current times 230",
    source="domoticz#2435 (PAPP moves by steps of 230); TeleinfoBase.cpp @02672ae: PAPP = IINST * 230",
    must_fail=frozenset({"TIC-SND-1"}),
    parser=_PowerFromCurrent,
    spreads=True,
)
