# SPDX-License-Identifier: Apache-2.0
"""What came of judging a report again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Replayed"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the evidence alone concludes, held against the report.

    Attributes:
        same: verdicts that are the report's, with reason and trail.
        other: what is not, or cannot be known, a line each.
        unchecked: what the report says besides and nothing in it shows, a few words each.
    """

    same: int
    other: Sequence[str]
    unchecked: Sequence[str] = field(default=(), compare=False)
