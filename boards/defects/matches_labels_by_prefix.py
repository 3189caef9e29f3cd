# SPDX-License-Identifier: Apache-2.0
"""Matches a label by the beginning of its name."""

from dataclasses import replace

from xky.protocol import Frame, Group

from .defect import Defect, Retells

__all__ = ["DEFECT"]


_KNOWN = ("IINST", "IMAX", "ADIR", "SINSTS", "SMAXSN", "NJOURF", "CCASN")


class _MatchesLabelsByPrefix(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return replace(group, label=next((name for name in _KNOWN if group.label.startswith(name)), group.label))


DEFECT = Defect(
    title="takes IINST1 for IINST, SMAXSN-1 for SMAXSN",
    source="domoticz hardware/Teleinfo.cpp MatchLine @03b418b: strncmp; hallard/LibTeleinfo d5ae080",
    must_fail=frozenset({"TIC-SND-1"}),
    parser=_MatchesLabelsByPrefix,
    spreads=True,
)
