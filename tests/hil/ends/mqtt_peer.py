# SPDX-License-Identifier: Apache-2.0
"""A client that says exactly the packets it is told to, to an end in virtual time."""

from collections.abc import Sequence
from typing import Any

import pytest

from xky.hil.ends.end import End
from xky.protocol.uplinks.mqtt import PacketReader, encode
from xky.protocol.uplinks.mqtt_packets import (
    Acknowledgement,
    Connack,
    Connect,
    Kind,
    Property,
    Publish,
    Suback,
    Subscribe,
    Subscription,
)

WILL = Publish("winky/LWT", b"Offline", 1, True)
LEVELS = pytest.mark.parametrize("level", [3, 4, 5])


class Peer:
    """One connection; ``heard`` is what the end said, ``is_closed`` whether it closed."""

    def __init__(self, end: End, level: int = 4) -> None:
        self.level, self.is_closed = level, False
        self.heard: list[Any] = []
        self._reader = PacketReader(level)
        self._conversation = end.converse(self._hear, self._close)

    def _hear(self, data: bytes) -> None:
        self.heard += self._reader.feed(data)

    def _close(self) -> None:
        self.is_closed = True

    def say(self, *packets: Any) -> list[Any]:
        """Say packets, or bytes; gives what was answered to them."""
        before = len(self.heard)
        for packet in packets:
            self._conversation.receive(packet if isinstance(packet, bytes) else encode(packet, self.level))
        return self.heard[before:]

    def cut(self) -> None:
        """The connection breaks."""
        self._conversation.lost()

    def connect(self, client_id: str = "winky", **options: Any) -> Connack:
        """Ask to be let in."""
        (answer,) = self.say(Connect(client_id, level=self.level, **options))[:1]
        assert isinstance(answer, Connack)
        return answer

    def subscribe(self, *filters: str, qos: int = 0, **options: Any) -> Sequence[int]:
        """Subscribe; gives the codes."""
        items = tuple(Subscription(text, qos, **options) for text in filters)
        (answer,) = [each for each in self.say(Subscribe(77, items)) if isinstance(each, Suback)]
        return answer.codes

    def publish(self, topic: str, payload: bytes = b"1", qos: int = 0, packet_id: int = 5, **options: Any) -> list[Any]:
        """Publish; gives what was answered."""
        return self.say(Publish(topic, payload, qos, packet_id=packet_id if qos else None, **options))

    @property
    def messages(self) -> list[tuple[str, bytes, int, bool]]:
        """What was published to it: topic, payload, QoS and retain."""
        return [(each.topic, each.payload, each.qos, each.retain) for each in self.heard if isinstance(each, Publish)]


def acknowledgement(kind: str, packet_id: int) -> Acknowledgement:
    """Such as PUBACK."""
    return Acknowledgement(Kind[kind], packet_id)


def facts(end: End, kind: str) -> list[dict[str, Any]]:
    """Of each event of a kind."""
    return [dict(event.facts) for event in end.events if event.kind == kind]


def expiring(seconds: int) -> dict[str, Any]:
    """Options of a CONNECT whose session is kept so long."""
    return {"properties": ((Property.SESSION_EXPIRY_S, seconds),)}
