# SPDX-License-Identifier: Apache-2.0
"""What a LoRaWAN network remembers of a device: nonces, sessions, counters of 32 bits of which it hears 16."""

from collections import OrderedDict
from collections.abc import Iterator
from enum import Enum

from xky.protocol.uplinks.lorawan import DataFrame
from xky.protocol.uplinks.lorawan_security import RootKeys, SessionKeys

__all__ = ["LorawanDevice", "Seen", "Session"]

_HALF = 1 << 16
_REMEMBERED = 4096  # frames of a session, to tell a replay from a counter used again
_OPTIONS_MOST = 15  # bytes of FOpts


class Seen(Enum):
    """What a frame is to those before it."""

    NEW = "new"
    REPEATED = "the last one again"
    REPLAYED = "an earlier one again"
    REUSED = "another one by a counter that is not above the last"


class LorawanDevice:
    """One device.

    Args:
        keys: it is joined by.

    Attributes:
        nonces: DevNonces that it used.
        asks: MAC commands to be said to it, encoded.
    """

    def __init__(self, keys: RootKeys) -> None:
        self.keys = keys
        self.nonces: set[int] = set()
        self.asks: list[bytes] = []
        self._sessions: list[Session] = []

    def remember(self, session: "Session") -> Iterator[int]:
        """A join was accepted: the session before it holds until this one is used, as the device may not have heard.

        Yields: addresses of sessions that are over.
        """
        self._sessions.append(session)
        while len(self._sessions) > 2:
            # The oldest is the one in use, if there is one: joins that nobody heard lie between
            gone = self._sessions.pop(1 if self._sessions[0].is_used else 0)
            yield gone.dev_addr

    def settle(self, session: "Session") -> list[int]:
        """It uses this session: the addresses of all others, which are over."""
        over = [one.dev_addr for one in self._sessions if one is not session]
        self._sessions = [session]
        return over

    def commands_to_say(self) -> bytes:
        """As many as there is room for, in order."""
        said = b""
        while self.asks and len(said) + len(self.asks[0]) <= _OPTIONS_MOST:
            said += self.asks.pop(0)
        return said


class Session:
    """One session of a device.

    Args:
        device: whose.
        dev_addr: its address in it.
        keys: of it.

    Attributes:
        last: the highest counter that came; -1 before the first.
        attempts: how often the last frame came.
    """

    def __init__(self, device: LorawanDevice, dev_addr: int, keys: SessionKeys) -> None:
        self.device, self.dev_addr, self.keys = device, dev_addr, keys
        self.last = -1
        self.attempts = 0
        self._down = -1
        self._heard: OrderedDict[int, bytes] = OrderedDict()

    @property
    def is_used(self) -> bool:
        """Whether a frame came in it."""
        return self.last >= 0

    def next_down(self) -> int:
        """FCntDown of the next downlink."""
        self._down += 1
        return self._down

    def opened(self, said: DataFrame) -> DataFrame | None:
        """A frame with its counter whole and its payload in clear; None where its MIC holds with no counter near.

        The upper half is that of the first counter from the last one on that ends so; for an old frame the one before.
        """
        behind = self.last - self.last % _HALF + said.counter if self.is_used else said.counter
        ahead = behind if behind >= self.last else behind + _HALF
        for counter in dict.fromkeys((ahead, ahead - _HALF, ahead + _HALF)):
            if 0 <= counter < _HALF**2:
                found = said.opened(self.keys, counter)
                if found is not None:
                    return found
        return None

    def take(self, said: DataFrame) -> Seen:
        """Note an opened frame, and tell what it is to those before it."""
        if said.counter > self.last:
            self.last, self.attempts = said.counter, 1
            self._heard[said.counter] = said.data
            while len(self._heard) > _REMEMBERED:
                self._heard.popitem(last=False)
            return Seen.NEW
        if self._heard.get(said.counter) != said.data:
            return Seen.REUSED
        if said.counter < self.last:
            return Seen.REPLAYED
        self.attempts += 1
        return Seen.REPEATED
