# SPDX-License-Identifier: Apache-2.0
"""Keeps the event stream of a run fed while somebody looks; a run that nobody watches is not looked at."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from ..live.event_stream import EventStream
from .event_list import EventList
from .shown import Event
from .watched import Watched

__all__ = ["Feed"]

_LOOKS_EACH_S = 0.2  # real seconds: what a page shows is as old at the most
_TOGETHER = 4000  # events of one message at the most: as many come of a whole run
_TURN_S = 0.002  # between two goes of many events: the bench's thread and other clients have theirs


class Feed:
    """The stream of one run; each event has its number ``n``, so that none counts twice.

    Args:
        watched: the run.
    """

    def __init__(self, watched: Watched) -> None:
        self._list = EventList(watched)
        self._looking: asyncio.Task[None] | None = None
        self._catching_up = asyncio.Lock()
        self._told = 0
        self.stream = EventStream(self._beginning, each_s=_LOOKS_EACH_S, queued_max=_TOGETHER)

    @property
    def is_told(self) -> bool:
        """Whether nobody waits for anything that is there already; any thread may ask."""
        return not self.stream.clients or (self._list.is_over and self._told == len(self._list.events))

    @property
    def event_count(self) -> int:
        """How many events were entered, because somebody looked."""
        return len(self._list.events)

    def end(self) -> None:
        """Nobody is told anything any more."""
        self.stream.end()

    async def _beginning(self) -> Sequence[Event]:
        """All so far, for who comes; what comes later is looked for from now on."""
        await self._look()
        if self._looking is None or self._looking.done():
            self._told = len(self._list.events)
            self._looking = asyncio.create_task(self._go_on())
        return [*self._numbered(0)]

    async def _go_on(self) -> None:
        while self.stream.is_watched and not (self._list.is_over and self._told == len(self._list.events)):
            await self._look()
            new = [*self._numbered(self._told)]
            self._told += len(new)
            for event in new:
                self.stream.publish(event)
            await asyncio.sleep(_LOOKS_EACH_S)

    async def _look(self) -> None:
        async with self._catching_up:
            while self._list.look():
                await asyncio.sleep(_TURN_S)

    def _numbered(self, first: int) -> Iterator[dict[str, Any]]:
        for number, event in enumerate(self._list.events[first:], first):
            yield {**event, "n": number}
