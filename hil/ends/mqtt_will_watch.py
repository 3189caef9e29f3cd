# SPDX-License-Identifier: Apache-2.0
"""Sees wills that a broker which exists publishes: a client of the bench's own, subscribed to their topics alone.

A subscriber does not learn the QoS and retain of a publication, so these are those that the device announced.
"""

from collections import Counter
from collections.abc import Callable

from xky.protocol.uplinks.mqtt import PacketReader, encode
from xky.protocol.uplinks.mqtt_packets import Connack, Connect, Packet, Publish, Suback, Subscribe, Subscription

from .end import End, EndEvent
from .mqtt_address import BrokerAddress
from .mqtt_observer import MqttObserver
from .mqtt_upstream import Upstream

__all__ = ["WillWatch"]

_WILLS_MAX = 256  # connections with a will that are remembered
_PATIENCE_S = 2.0  # bench seconds: a will may come before the end of the connection that it belongs to


class WillWatch:
    """Watches for wills.

    Args:
        end: told of them.
        address: whose user and password are given to the broker.
        open_upstream: connects to the broker.
    """

    def __init__(self, end: End, address: BrokerAddress, open_upstream: Callable[[], Upstream]) -> None:
        self._end, self._address, self._open_upstream = end, address, open_upstream
        self._expected: list[tuple[MqttObserver, Publish]] = []
        self._own: Counter[tuple[str, bytes]] = Counter()
        self._upstream: Upstream | None = None
        self._reader = PacketReader()
        self._is_let_in = False
        self._asked: dict[int, str] = {}
        self._heard: set[str] = set()

    def expect(self, observer: MqttObserver, will: Publish) -> None:
        """A client announced a will."""
        self._expected = [*self._expected[1 - _WILLS_MAX :], (observer, will)]
        if self._upstream is None or not self._upstream.is_open:
            self._connect()
        elif self._is_let_in and will.topic not in self._asked.values():
            self._subscribe(will.topic)

    def passed(self, topic: str, payload: bytes) -> None:
        """A client itself published this: where a will says the same, it is not that."""
        if topic in self._heard and any((will.topic, will.payload) == (topic, payload) for _, will in self._expected):
            self._own[topic, payload] += 1

    def close(self) -> None:
        """Let go of the broker."""
        if self._upstream is not None:
            self._upstream.close()

    def _connect(self) -> None:
        self._is_let_in, self._reader = False, PacketReader()
        self._own.clear()
        self._asked.clear()
        self._heard.clear()
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
        number = len(self._asked) % 0xFFFF + 1
        self._asked[number] = topic
        self._say(Subscribe(number, (Subscription(topic),)))

    def _hear(self, data: bytes) -> None:
        for packet in self._reader.feed(data):
            if isinstance(packet, Connack) and packet.code:
                self._end.happened(
                    "unwatched", f"the broker refuses the bench with code {packet.code}: wills are not seen",
                    code=packet.code,
                )  # fmt: skip
            elif isinstance(packet, Connack):
                self._is_let_in = True
                for topic in dict.fromkeys(will.topic for _, will in self._expected):
                    self._subscribe(topic)
            elif isinstance(packet, Suback):
                self._heard.add(self._asked.get(packet.packet_id, ""))
            elif isinstance(packet, Publish) and not packet.retain:
                self._published(packet)

    def _published(self, packet: Publish) -> None:
        said, heard_s = (packet.topic, packet.payload), self._end.now_s
        if self._own[said]:
            self._own[said] -= 1
            return

        def look_again() -> None:
            self._told(said, heard_s)

        if not self._told(said, heard_s):
            self._end.after(_PATIENCE_S, look_again)

    def _told(self, said: tuple[str, bytes], heard_s: float) -> bool:
        """Tell of the will that says this, of a client that has gone, as of when it was heard: what the client says
        anew may have passed since. Whether there is one."""
        for each in self._expected:
            observer, will = each
            if observer.is_over and (will.topic, will.payload) == said:
                self._expected.remove(each)
                facts = {
                    "client_id": observer.client, "topic": will.topic, "payload": will.payload, "qos": will.qos,
                    "retain": will.retain,
                }  # fmt: skip
                text = f"the will of {observer.client!r} on {will.topic!r}"
                self._end.tell(EndEvent(heard_s, "will_published", text, facts))
                return True
        return False
