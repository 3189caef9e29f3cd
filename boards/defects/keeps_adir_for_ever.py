# SPDX-License-Identifier: Apache-2.0
"""Sets ADIRn and never clears it."""

from collections.abc import Sequence

from xky.protocol import Frame, Group, Mode

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _KeepsAdirForEver(Parser):
    def __init__(self) -> None:
        self._kept: dict[str, Group] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        self._kept |= {group.label: group for group in frame.good if group.label.startswith("ADIR")}
        return [*(group for group in frame.good if group.label not in self._kept), *self._kept.values()]


DEFECT = Defect(
    title="keeps ADIRn after the overload",
    source="fairecasoimeme/Zlinky_TIC App_Linky.c @3d85b71: assigned once, cleared never",
    must_fail=frozenset({"TIC-CND-2"}),
    parser=_KeepsAdirForEver,
    may_fail=frozenset({"TIC-CND-1"}),
    modes=frozenset({Mode.HISTORIC}),
)
