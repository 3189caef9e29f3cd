# SPDX-License-Identifier: Apache-2.0
"""What a diagnosis says: a cause, where it lies, a sentence, and what to try next."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .examined import Examined

__all__ = ["NOT_KNOWN", "Cause", "Finding", "Where"]

NOT_KNOWN = "not known"


class Where(StrEnum):
    """Where a cause lies."""

    METER = "the meter"
    WIRING = "the wiring"
    SOFTWARE = "the software"
    NOT_KNOWN = "not known"
    NOWHERE = "nothing is wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a line.

    Attributes:
        cause: its name; ``not known`` where several would look like this.
        where: it lies.
        sentence: what was seen and what it means, for people.
        next: what to try, the most promising first.
    """

    cause: str
    where: Where
    sentence: str
    next: tuple[str, ...] = ()


Cause = Callable[[Examined], Finding | None]
"""Whether a line shows a cause."""
