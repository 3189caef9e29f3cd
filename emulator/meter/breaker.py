# SPDX-License-Identifier: Apache-2.0
"""The breaker in the meter: opens on over-power by the demand filter, by phase, on drawn power only (54E §7)."""

from collections.abc import Iterable
from dataclasses import dataclass

from xky.protocol.status import Breaker

from ..legal_time import SECOND_US
from .demand import Demand

__all__ = ["CutOff"]

_OPENS_AT = 1.3  # times the cut-off power, at the filter's output (54E §7)
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class CutOff:
    """The state of the breaker.

    Attributes:
        reason: what opened it; CLOSED while it is closed.
    """

    reason: Breaker = Breaker.CLOSED

    @property
    def is_open(self) -> bool:
        """Whether the house is cut off."""
        return self.reason is not Breaker.CLOSED

    def opens_us(self, demands: Iterable[tuple[Demand, float]], share_va: float, at_us: int) -> int | None:
        """When it will open if nothing changes.

        Args:
            demands: filter and apparent power drawn (VA) of each phase.
            share_va: cut-off power of a phase.
            at_us: the present, a true instant.
        """
        if self.is_open:
            return None
        limit_va = _OPENS_AT * share_va
        ticks = [demand.ticks_to_reach(limit_va, drawn_va) for demand, drawn_va in demands]
        due = [at_us // SECOND_US + n for n in ticks if n is not None]
        return min(due) * SECOND_US if due else None

    def after(self, demands: Iterable[Demand], share_va: float) -> "CutOff":
        """The state after the filters of the phases have run to the present."""
        limit = (_OPENS_AT * share_va) ** 2 * (1 - _ROUNDING)
        over = not self.is_open and any(demand.filtered >= limit for demand in demands)
        return CutOff(Breaker.OVERPOWER) if over else self
