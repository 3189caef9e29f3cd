# SPDX-License-Identifier: Apache-2.0
"""A known wrong behaviour, built into simulated firmware to prove that the suite catches it."""

from dataclasses import dataclass

from xky.protocol import Frame, Group

from ..firmware.parser import Parser

__all__ = ["Defect", "address", "is_index"]

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


def address(frame: Frame) -> str:
    """ADCO or ADSC of a frame."""
    return frame.values.get("ADCO") or frame.values.get("ADSC", "")


def is_index(group: Group, *, of_supplier: bool = False) -> bool:
    """Whether a group holds a register that counts energy."""
    return group.label.startswith(_SUPPLIER_INDEXES if of_supplier else _INDEXES)
