# SPDX-License-Identifier: Apache-2.0
"""One connection of a client: what it may keep the server waiting, and how many a client may have.

uvicorn gives a connection that never says anything all the time in the world, and counts it. Here each state of a
connection has its time, and where there are too many the one that has waited longest for its client makes room.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from .guard import refuse_busy

__all__ = ["ANSWERED_WITHIN_S", "CONNECTIONS_MAX", "PEER_MAX", "SAYS_WITHIN_S", "Connection"]

SAYS_WITHIN_S = 5.0  # real seconds from the beginning, or the last answer, to a whole request
ANSWERED_WITHIN_S = 30.0  # of a request: its turn, and the client's reading of the answer
CONNECTIONS_MAX = 64
PEER_MAX = 32  # of them from one address
_LOOKS_EACH_S = 0.5


class Connection(H11Protocol):
    """uvicorn's, with its times and its place among the others."""

    _looks: asyncio.TimerHandle | None = None
    _answered = 0
    _state: tuple[int, bool] = (0, True)
    _since_s = 0.0

    @property
    def _waits(self) -> bool:
        """Whether it is the client's turn."""
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    @property
    def _is_open_ended(self) -> bool:
        """Whether its answer goes on as long as the client reads: who sends it sees to that, and says so."""
        return self.cycle is not None and not self.cycle.response_complete and bool(self.cycle.scope.get("open_ended"))

    def connection_made(self, transport: Any) -> None:
        """A client has come: is there room for it?"""
        super().connection_made(transport)
        self._since_s = self.loop.time()
        self._make_room()
        self._looks = self.loop.call_later(_LOOKS_EACH_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        if self._looks is not None:
            self._looks.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """A request was answered."""
        self._answered += 1
        super().on_response_complete()

    def _make_room(self) -> None:
        others = [one for one in self.connections if isinstance(one, Connection) and one is not self]
        of_peer = [one for one in others if (one.client or ("",))[0] == (self.client or ("",))[0]]
        full = of_peer if len(of_peer) >= PEER_MAX else others if len(others) >= CONNECTIONS_MAX else []
        if not full:
            return
        waiting = [one for one in full if one._waits]
        if waiting:
            longest = min(waiting, key=lambda one: one._since_s)
            longest.transport.abort()
            self.connections.discard(longest)  # now, not in the loop's next turn: more may come in this one
        else:
            self.app = refuse_busy

    def _look(self) -> None:
        """Has it been in one state for too long?"""
        now_s, state = self.loop.time(), (self._answered, self._waits)
        if state != self._state:
            self._state, self._since_s = state, now_s
        if not self._is_open_ended and now_s - self._since_s >= (SAYS_WITHIN_S if self._waits else ANSWERED_WITHIN_S):
            self.transport.abort()
            return
        self._looks = self.loop.call_later(_LOOKS_EACH_S, self._look)
