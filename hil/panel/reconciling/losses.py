# SPDX-License-Identifier: Apache-2.0
"""Who lost what never came: by how far it got, else by what befell the home or the servers then."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ..layout import Cause
from .portion import Event
from .results import UNKNOWN, Stretch

__all__ = ["blamed", "stretches"]

_CAUSES = frozenset(one.value for one in Cause)
_SENT_US = 10_000_000  # a gateway takes so long to send what it heard; an assumption
_AFTER_US = 120_000_000  # a gateway may take so long to find a network or a server again; an assumption


def stretches(lost: Iterable[tuple[int, int, str]], events: Sequence[Event]) -> list[Stretch]:
    """Losses that follow each other and have one cause, with what befell somebody then.

    Args:
        lost: place among the readings due, when it was due (µs since 1970 UTC), and how far it got; in order.
        events: of the home and of the servers.
    """
    befallen = _Befallen(events)
    told = [(place, due_us, *befallen.cause(due_us, got)) for place, due_us, got in lost]
    found = []
    for (_, cause, what), run in groupby(enumerate(told), key=lambda one: (one[1][0] - one[0], one[1][2], one[1][3])):
        instants_us = [one[1] for _, one in run]
        found.append(Stretch(instants_us[0], instants_us[-1], len(instants_us), cause, what))
    return found


def blamed(from_us: int, to_us: int, events: Sequence[Event]) -> str:
    """Whose fault between two instants it is, if anybody had one."""
    return next((one.cause for one in _Befallen(events).around(from_us, to_us)), UNKNOWN)


class _Befallen:
    """What befell somebody: the latest first."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._by_start = sorted(events, key=lambda one: -one.from_us)
        self._by_end = sorted(events, key=lambda one: -one.to_us)

    def cause(self, due_us: int, got: str) -> tuple[str, str]:
        """Who lost a reading, and what it was: by how far it got, else by what was then."""
        cause = got if got in _CAUSES else next((one.cause for one in self._when(due_us)), UNKNOWN)
        return cause, next((one.what for one in self._when(due_us) if one.cause == cause), "")

    def _when(self, due_us: int) -> Iterator[Event]:
        """What was under way as it was due, what began while it was sent, and what was over a little before."""
        under_way = [one for one in self._by_start if one.from_us <= due_us <= one.to_us]
        yield from under_way
        yield from (one for one in self._by_end if due_us < one.from_us <= due_us + _SENT_US)
        yield from (one for one in self.around(due_us, due_us) if one not in under_way)

    def around(self, from_us: int, to_us: int) -> Iterator[Event]:
        """Those under way, then those that were over a little before."""
        yield from (one for one in self._by_start if one.from_us <= to_us and from_us <= one.to_us)
        yield from (one for one in self._by_end if one.to_us < from_us <= one.to_us + _AFTER_US)
