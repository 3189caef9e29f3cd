# SPDX-License-Identifier: Apache-2.0
"""Sees wills that a broker which exists publishes: a client of the bench's own, subscribed to their topics alone.

A subscriber does not learn the QoS and retain of a publication, so these are those that the device announced.
"""

from collections import Counter
from collections.abc import Callable

from xky.protocol.uplinks.mqtt import PacketReader, encode
from xky.protocol.uplinks.mqtt_packets import Connack, Connect, Packet, Publish, Subscribe, Subscription

from .end import End
from .mqtt_address import BrokerAddress
from .mqtt_upstream import Upstream

__all__ = ["WillWatch"]


class WillWatch:
    """Watches for wills.

    Args:
        end: told of them.
        address: whose user and password are given to the broker.
        open_upstream: connects to the broker.
    """

    def __init__(self, end: End, address: BrokerAddress, open_upstream: Callable[[], Upstream]) -> None:
        self._end, self._address, self._open_upstream = end, address, open_upstream
        self._wills: dict[str, Publish] = {}
        self._own: Counter[tuple[str, bytes]] = Counter()
        self._upstream: Upstream | None = None
        self._reader = PacketReader()
        self._is_let_in = False
        self._packet_id = 0

    def expect(self, client_id: str, will: Publish) -> None:
        """A client announced a will."""
        is_new = all(known.topic != will.topic for known in self._wills.values())
        self._wills[client_id] = will
        if self._upstream is None or not self._upstream.is_open:
            self._connect()
        elif self._is_let_in and is_new:
            self._subscribe(will.topic)

    def passed(self, topic: str, payload: bytes) -> None:
        """A client itself published this: where a will says the same, it is not that."""
        if self._is_let_in and any(will.topic == topic and will.payload == payload for will in self._wills.values()):
            self._own[topic, payload] += 1

    def close(self) -> None:
        """Let go of the broker."""
        if self._upstream is not None:
            self._upstream.close()

    def _connect(self) -> None:
        self._is_let_in, self._reader = False, PacketReader()
        self._own.clear()
        try:
            self._upstream = self._open_upstream()
        except OSError:  # the device's own connection tells it
            return
        self._upstream.on_data = self._hear
        password = self._address.password
        self._say(Connect("", username=self._address.username, password=password.encode() if password else None))

    def _say(self, packet: Packet) -> None:
        if self._upstream is not None:
            self._upstream.write(encode(packet))

    def _subscribe(self, topic: str) -> None:
        self._packet_id = self._packet_id % 0xFFFF + 1
        self._say(Subscribe(self._packet_id, (Subscription(topic),)))

    def _hear(self, data: bytes) -> None:
        for packet in self._reader.feed(data):
            if isinstance(packet, Connack) and packet.code:
                self._end.happened(
                    "unwatched", f"the broker refuses the bench with code {packet.code}: wills are not seen",
                    code=packet.code,
                )  # fmt: skip
            elif isinstance(packet, Connack):
                self._is_let_in = True
                for topic in dict.fromkeys(will.topic for will in self._wills.values()):
                    self._subscribe(topic)
            elif isinstance(packet, Publish) and not packet.retain:
                self._published(packet)

    def _published(self, packet: Publish) -> None:
        said = packet.topic, packet.payload
        if self._own[said]:
            self._own[said] -= 1
            return
        for client_id, will in self._wills.items():
            if (will.topic, will.payload) == said:
                self._end.happened(
                    "will_published", f"the will of {client_id!r} on {will.topic!r}",
                    client_id=client_id, topic=will.topic, payload=will.payload, qos=will.qos, retain=will.retain,
                )  # fmt: skip
                del self._wills[client_id]
                return
