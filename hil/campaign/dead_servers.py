# SPDX-License-Identifier: Apache-2.0
"""What a device publishes by, and how a bench takes it away for hours, on a simulated board as on a real one."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from ..bench.bench import Bench
from ..bench.probes import Probe
from .power_record import SERVERS

__all__ = ["Away", "SilentEnds", "are_heard", "probes_behind"]


class Away(Protocol):
    """What can be taken away from a device."""

    def go(self, bench: Bench) -> None:
        """It is dead from now on; the bench is under way."""
        ...

    def come_back(self, bench: Bench) -> None:
        """It is there again."""
        ...


class SilentEnds:
    """Servers of the bench's own that take connections and answer nothing.

    Args:
        ends: of probes.
    """

    def __init__(self, ends: Iterable[Any]) -> None:
        self._ends = tuple(ends)

    def go(self, bench: Bench | None = None) -> None:
        """Whoever is connected has to come anew, and is not answered."""
        self._silence(silent=True)

    def come_back(self, bench: Bench | None = None) -> None:
        """Whoever waits has to come anew, and is answered."""
        self._silence(silent=False)

    def _silence(self, *, silent: bool) -> None:
        for end in self._ends:
            end.is_silent = silent
            end.go_down()
            end.come_back()


def probes_behind(probes: Sequence[Probe], kind: str) -> list[Probe]:
    """Those of a kind whose end the bench has in its hands; of no kind: those that are behind an access point.

    Args:
        probes: of the bench.
        kind: as in ``power_record.SERVERS``.
    """
    if not kind:
        return [one for one in probes if one.kind in SERVERS.values()]
    return [one for one in probes if one.kind == kind and hasattr(one.end, "is_silent")]


def are_heard(probes: Sequence[Probe], before: Sequence[int]) -> bool:
    """Whether something new was said at each of them.

    Args:
        probes: to look at.
        before: how many readings each had.
    """
    return all(len(probe.readings) > seen for probe, seen in zip(probes, before, strict=True))
