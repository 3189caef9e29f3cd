# SPDX-License-Identifier: Apache-2.0
"""Keeps ADIRn until short frames are over."""

from collections.abc import Sequence

from xky.protocol import Frame, Group, Mode

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _KeepsAdir(Parser):
    def __init__(self) -> None:
        self._over: dict[str, Group] = {}
        self._last_was_long = False

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        is_long = "OPTARIF" in frame.values
        if is_long and self._last_was_long:
            self._over = {}
        self._last_was_long = is_long
        self._over |= {group.label: group for group in frame.good if group.label.startswith("ADIR")}
        return [*(g for g in frame.good if not g.label.startswith("ADIR")), *self._over.values()]


DEFECT = Defect(
    title="keeps ADIRn until short frames are over, a minute after the overload",
    source="readers that clear their values at the labels of a long frame only",
    must_fail=frozenset({"TIC-CND-2"}),
    parser=_KeepsAdir,
    modes=frozenset({Mode.HISTORIC}),
)
