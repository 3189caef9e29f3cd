# SPDX-License-Identifier: Apache-2.0
"""The bench's clock: simpy's, with the way from event to event made short. A day has tens of thousands of them."""

from heapq import heappop
from operator import attrgetter

import simpy

__all__ = ["Clock"]


class Clock(simpy.Environment):
    """simpy's environment; what is asked of it for each event is not asked by way of Python."""

    now = property(attrgetter("_now"), doc="The present, seconds.")

    def __init__(self) -> None:
        super().__init__()
        for name in ("event", "process", "timeout"):  # once, as simpy has it for its own class alone
            setattr(self, name, getattr(self, name))

    def run_to(self, alarm: simpy.Event) -> None:
        """Step until an event has happened, as ``run`` does, in one loop.

        Args:
            alarm: is on the clock already.
        """
        queue = self._queue
        while alarm.callbacks is not None:
            self._now, _, _, event = heappop(queue)
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]  # as simpy has it
            for callback in callbacks:
                callback(event)
            if not event._ok and not hasattr(event, "_defused"):
                raise type(event._value)(*event._value.args) from event._value
