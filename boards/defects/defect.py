# SPDX-License-Identifier: Apache-2.0
"""A known wrong behaviour, built into simulated firmware to prove that the suite catches it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from xky.protocol import Frame, Group

from ..firmware.parser import Parser

__all__ = ["Defect", "TellsOnce", "address", "is_index"]

_SUPPLIER_INDEXES = ("BASE", "HCHC", "HCHP", "EJPH", "BBRH", "EASF")
_INDEXES = (*_SUPPLIER_INDEXES, "EAST", "EASD", "EAIT", "ERQ")


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect.

    Attributes:
        title: what it does, one line.
        source: where it was seen.
        must_fail: ids of the requirements that it must fail, in each mode in which they apply.
        may_fail: ids that it may fail besides; any other fail is an error of the suite.
        parser: the mutated step of the firmware.
        board: the simulated board that it shows on; None for any.
    """

    title: str
    source: str
    must_fail: frozenset[str]
    parser: type[Parser]
    may_fail: frozenset[str] = frozenset()
    board: str | None = None


class TellsOnce(Parser):
    """Reports some labels with the first value that each meter said; another value never."""

    labels: ClassVar[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        meter = address(frame)
        return [
            group
            for group in frame.good
            if group.label not in self.labels or self._told.setdefault((meter, group.label), group.value) == group.value
        ]


def address(frame: Frame) -> str:
    """ADCO or ADSC of a frame."""
    return frame.values.get("ADCO") or frame.values.get("ADSC", "")


def is_index(group: Group, *, of_supplier: bool = False) -> bool:
    """Whether a group holds a register that counts energy."""
    return group.label.startswith(_SUPPLIER_INDEXES if of_supplier else _INDEXES)
