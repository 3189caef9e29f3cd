# SPDX-License-Identifier: Apache-2.0
"""What a broker keeps of a client: its subscriptions, what is on the way to it, and what waits for it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from xky.protocol.quick import quick
from xky.protocol.uplinks.mqtt_packets import (
    NO_PROPERTIES,
    Acknowledgement,
    Kind,
    Packet,
    Properties,
    Property,
    Publish,
    Reason,
    Subscription,
)
from xky.protocol.uplinks.mqtt_topics import matches

__all__ = ["FOR_EVER", "Connection", "Message", "Session"]

FOR_EVER = 0xFFFF_FFFF  # a session expiry that never comes (5 §3.1.2.11.2)
_WAITING_MAX = 1000  # messages; mosquitto's max_queued_messages is the same


class Connection(Protocol):
    """The way to a client that is there."""

    receive_maximum: int
    """Publications of QoS 1 and 2 that may be on the way at once (5 §3.1.2.11.3)."""

    def send(self, packet: Packet) -> None:
        """Send it a packet."""
        ...

    def take_over(self) -> None:
        """Another connection came under its client id: close this one."""
        ...


@quick
@dataclass(frozen=True, slots=True)
class Message:
    """A publication as a broker has it.

    Attributes:
        properties: those of MQTT 5 that travel on to subscribers.
        expires_at_s: on the bench's clock; None for never.
    """

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Properties = NO_PROPERTIES
    expires_at_s: float | None = None

    def left(self, now_s: float) -> Properties | None:
        """Its properties as of now, the expiry what is left of it; None when it has expired."""
        if self.expires_at_s is None:
            return self.properties
        left_s = int(self.expires_at_s - now_s)
        return (*self.properties, (Property.MESSAGE_EXPIRY_S, left_s)) if left_s > 0 else None


@dataclass(slots=True)
class _OnTheWay:
    packet: Publish
    is_received: bool = False  # PUBREC came: only PUBREL is said again


@dataclass(slots=True)
class Session:
    """One client's.

    Attributes:
        client_id: its name.
        expiry_s: how long it is kept when the client has gone; ``FOR_EVER`` never ends.
        connection: the way to the client, None while it is away.
        subscriptions: by filter, each with its subscription identifier (0: none).
        unreleased: packet identifiers of the client's QoS 2 publications that wait for PUBREL.
        will: what is published if the client does not come back in time.
        number: of connections that it has had.
    """

    client_id: str
    expiry_s: int = 0
    connection: Connection | None = None
    subscriptions: dict[str, tuple[Subscription, int]] = field(default_factory=dict)
    unreleased: set[int] = field(default_factory=set)
    will: Publish | None = None
    number: int = 0
    _on_the_way: dict[int, _OnTheWay] = field(default_factory=dict)
    _waiting: deque[tuple[Message, int, bool, tuple[int, ...]]] = field(default_factory=deque)
    _last_id: int = 0

    def hears(self, topic: str, publisher: str | None) -> list[tuple[Subscription, int]]:
        """The subscriptions that take a topic, said by a client of that name."""
        return [
            both
            for topic_filter, both in self.subscriptions.items()
            if matches(topic_filter, topic) and not (both[0].no_local and publisher == self.client_id)
        ]

    def deliver(self, message: Message, qos: int, retain: bool, identifiers: Iterable[int], now_s: float) -> None:
        """Send a message, or keep it until the client is back or has room; QoS 0 is never kept."""
        numbers = tuple(number for number in identifiers if number)
        if qos == 0:
            if self.connection is not None:
                self._send(self.connection, message, 0, retain, numbers, now_s)
        elif self.connection is None or self._waiting or len(self._on_the_way) >= self.connection.receive_maximum:
            if len(self._waiting) < _WAITING_MAX:
                self._waiting.append((message, qos, retain, numbers))
        else:
            self._send(self.connection, message, qos, retain, numbers, now_s)

    def _send(
        self, connection: Connection, message: Message, qos: int, retain: bool, numbers: tuple[int, ...], now_s: float
    ) -> None:
        properties = message.left(now_s)
        if properties is None:
            return
        properties += tuple((Property.SUBSCRIPTION_IDENTIFIER, number) for number in numbers)
        packet_id = self._free_id() if qos else None
        packet = Publish(message.topic, message.payload, qos, retain, False, packet_id, properties)
        if packet_id is not None:
            self._on_the_way[packet_id] = _OnTheWay(packet)
        connection.send(packet)

    def _free_id(self) -> int:
        while True:
            self._last_id = self._last_id % 0xFFFF + 1
            if self._last_id not in self._on_the_way:
                return self._last_id

    def acknowledged(self, packet: Acknowledgement, now_s: float) -> None:
        """The client acknowledges a publication: PUBACK, PUBREC or PUBCOMP."""
        number, found = packet.packet_id, self._on_the_way.get(packet.packet_id)
        if packet.kind is Kind.PUBREC and packet.reason < Reason.UNSPECIFIED_ERROR:
            if found is not None:
                found.is_received = True
            if self.connection is not None:
                self.connection.send(Acknowledgement(Kind.PUBREL, number))
            return
        if found is not None:
            del self._on_the_way[number]
            self.go_on(now_s)

    def resume(self, now_s: float) -> None:
        """The client is back: say again what it did not acknowledge (MQTT-4.4.0-1), then what waited."""
        assert self.connection is not None
        for number, sent in tuple(self._on_the_way.items()):
            if sent.is_received:
                self.connection.send(Acknowledgement(Kind.PUBREL, number))
            else:
                self.connection.send(replace(sent.packet, dup=True))
        self.go_on(now_s)

    def go_on(self, now_s: float) -> None:
        """Send what waited, as far as the client has room."""
        while self._waiting and self.connection is not None and len(self._on_the_way) < self.connection.receive_maximum:
            self._send(self.connection, *self._waiting.popleft(), now_s)
