# SPDX-License-Identifier: Apache-2.0
"""Reports the tariff once, and never again when it changes."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect, address

__all__ = ["DEFECT"]

_OF_THE_TARIFF = {"PTEC", "LTARF", "NTARF"}


class _TellsTheTariffOnce(Parser):
    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        meter = address(frame)
        return [
            group
            for group in frame.good
            if group.label not in _OF_THE_TARIFF
            or self._told.setdefault((meter, group.label), group.value) == group.value
        ]


DEFECT = Defect(
    title="tells the tariff once and never again when it changes",
    source="readers that send what they take for constant with the first message only",
    must_fail=frozenset({"TIC-TAR-1"}),
    parser=_TellsTheTariffOnce,
)
