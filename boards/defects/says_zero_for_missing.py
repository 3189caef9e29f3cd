# SPDX-License-Identifier: Apache-2.0
"""Reports a number that did not arrive as 0."""

from collections.abc import Sequence

from xky.protocol import Frame, Group

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _SaysZeroForMissing(Parser):
    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        good, values = list(frame.good), frame.values
        self._sizes |= {label: len(value) for label, value in values.items() if label in _DEFAULTS}
        return good + [Group(label, "0" * size) for label, size in self._sizes.items() if label not in values]


_DEFAULTS = ("HCHC", "HCHP", "PAPP", "IINST", "EAST", "EASF01", "EASF02", "SINSTS", "IRMS1")


DEFECT = Defect(
    title="reports 0 for a label that did not arrive",
    source="alexandrevilain/teleinfo-timescaledb pkg/teleinfo/frame.go SetDefaults @76f4f9d",
    must_fail=frozenset({"TIC-SND-1"}),
    parser=_SaysZeroForMissing,
    spreads=True,
)
