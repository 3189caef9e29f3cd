# SPDX-License-Identifier: Apache-2.0
"""Takes the values of one phase for those of another."""

from collections.abc import Sequence
from dataclasses import replace

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]

_TAKEN_FOR = {"IMAX3": "IMAX2", "UMOY3": "UMOY2", "SMAXSN3-1": "SMAXSN2-1"}


class _SaysPhase2ForPhase3(Parser):
    def groups(self, frame: Frame) -> Sequence[Group] | None:
        of = {group.label: group for group in frame.good}
        return [
            replace(group, value=of[taken].value) if (taken := _TAKEN_FOR.get(label)) in of else group
            for label, group in of.items()
        ]


DEFECT = Defect(
    title="says maxima and mean voltage of phase 2 for phase 3, too",
    source="NicolasBernaerts/tasmota#38",
    must_fail=frozenset({"TIC-SND-1"}),
    parser=_SaysPhase2ForPhase3,
    board="generic",
)
