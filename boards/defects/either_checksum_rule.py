# SPDX-License-Identifier: Apache-2.0
"""Takes a group that fits the rule of either mode."""

from xky.protocol import Damaged, Mode, Reason, checksum

from .defect import Defect, Forces

__all__ = ["DEFECT"]


class _EitherChecksumRule(Forces):
    def takes(self, group: Damaged, mode: Mode) -> bool:
        zone = group.raw[:-2] if mode is Mode.STANDARD else group.raw[:-1]  # the other way round
        return group.reason is Reason.CHECKSUM and checksum(zone) == group.raw[-1]


DEFECT = Defect(
    title="accepts the checksum of the other mode, too",
    source=(
        "esciara/pyteleinfo codec.py _verify_checksum @f88ad65; domoticz#1713, TeleinfoBase.cpp isCheckSumOk @02672ae"
    ),
    must_fail=frozenset({"TIC-CHK-4"}),
    may_fail=frozenset({"TIC-CHK-1"}),  # a damaged group may fit the other rule by chance
    parser=_EitherChecksumRule,
)
