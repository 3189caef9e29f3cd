# SPDX-License-Identifier: Apache-2.0
"""How often each kind of fault is drawn: all alike, unless somebody knows which are worth more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from statistics import mean

__all__ = ["PLAIN", "Favours"]


@dataclass(frozen=True, eq=False)  # strategies are kept by it: by what it is, which is quicker to look up
class Favours:
    """How often each kind of fault is drawn.

    Attributes:
        times: by the name of the fault, at least once; what has no name here comes once.
    """

    times: Mapping[str, int] = field(default_factory=dict)

    def of(self, *names: str) -> int:
        """How often these are drawn, one with another."""
        return max(ceil(mean(self.times.get(name, 1) for name in names)), 1)


PLAIN = Favours()
