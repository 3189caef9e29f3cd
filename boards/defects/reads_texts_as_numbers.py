# SPDX-License-Identifier: Apache-2.0
"""Turns a text that begins with digits into that number."""

from dataclasses import replace

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _ReadsTextsAsNumbers(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        first, space, _ = group.value.partition(" ")
        return replace(group, value=str(int(first))) if space and first.isdecimal() else group


DEFECT = Defect(
    title="turns a text that begins with digits into that number",
    source=(
        "fmartinou/teleinfo2mqtt TicMode.js getValueCoerced @6b161f6; destroyedlolo/TeleInfod src/Standard.c "
        "@d023380: atoi"
    ),
    must_fail=frozenset({"TIC-SND-1"}),
    parser=_ReadsTextsAsNumbers,
    may_fail=frozenset({"TIC-LBL-1", "TIC-LNK-4"}),
    modes=frozenset({Mode.STANDARD}),
)
