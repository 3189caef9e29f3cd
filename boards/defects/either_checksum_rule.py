# SPDX-License-Identifier: Apache-2.0
"""Takes a group that fits the rule of either mode."""

from collections.abc import Sequence

from xky.protocol import Damaged, Frame, Group, Mode, Reason, checksum

from ..firmware.parser import Parser
from .defect import Defect
from .ignores_checksum import forced

__all__ = ["DEFECT"]


class _EitherChecksumRule(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        other = Mode.HISTORIC if frame.mode is Mode.STANDARD else Mode.STANDARD
        return [
            forced(group, frame.mode) if isinstance(group, Damaged) else group
            for group in frame.groups
            if not isinstance(group, Damaged) or (group.reason is Reason.CHECKSUM and _fits(group, other))
        ]


def _fits(group: Damaged, rule: Mode) -> bool:
    """Whether the checksum of a refused group is that of a rule."""
    return checksum(group.raw[:-1] if rule is Mode.STANDARD else group.raw[:-2]) == group.raw[-1]


DEFECT = Defect(
    title="accepts the checksum of the other mode, too",
    source=(
        "esciara/pyteleinfo codec.py _verify_checksum @f88ad65; domoticz#1713, TeleinfoBase.cpp isCheckSumOk @02672ae"
    ),
    must_fail=frozenset({"TIC-CHK-4"}),
    parser=_EitherChecksumRule,
)
