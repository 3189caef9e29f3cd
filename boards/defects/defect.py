# SPDX-License-Identifier: Apache-2.0
"""A known wrong behaviour, built into simulated firmware to prove that the suite catches it."""

from dataclasses import dataclass

from ..firmware.parser import Parser

__all__ = ["Defect"]


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect.

    Attributes:
        title: what it does, one line.
        source: where it was seen.
        must_fail: ids of the requirements that it must fail, in each mode in which they apply.
        may_fail: ids that it may fail besides; any other fail is an error of the suite.
        parser: the mutated step of the firmware.
    """

    title: str
    source: str
    must_fail: frozenset[str]
    parser: type[Parser]
    may_fail: frozenset[str] = frozenset()
