# SPDX-License-Identifier: Apache-2.0
"""All that makes a meter at an instant, as values: what a constructor's arguments come to, or what a frame tells."""

from collections.abc import Sequence
from dataclasses import dataclass

from xky.protocol.status import Breaker

from ..load import Load
from .counters import Energies, Past
from .settings import Settings

__all__ = ["MeterDescription"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterDescription:
    """One meter.

    Attributes:
        phases: 1 or 3.
        producer: also counts what is injected.
        settings: at the start.
        at_us: instant of the start, which its clock shows.
        load: what the house draws.
        energies: what its registers stand at.
        past: maxima and means that it remembers; None: as if the load had been the same for ever.
        shown_a: currents by phase that it still shows (A), where it shows those of a second ago.
        breaker: what opened it, CLOSED where it is closed.
    """

    phases: int
    producer: bool
    settings: Settings
    at_us: int
    load: Load
    energies: Energies
    past: Past | None = None
    shown_a: Sequence[float] | None = None
    breaker: Breaker = Breaker.CLOSED
