# SPDX-License-Identifier: Apache-2.0
"""The MQTT client of a simulated board in virtual time: the exact bytes, handed to an end without a socket."""

from collections.abc import Callable

import simpy

from xky.protocol.uplinks.messages import MqttMessage, MqttSession
from xky.protocol.uplinks.mqtt import PacketReader, encode
from xky.protocol.uplinks.mqtt_packets import (
    NO_PROPERTIES,
    Acknowledgement,
    Connack,
    Connect,
    Disconnect,
    Kind,
    Malformed,
    Packet,
    Ping,
    Property,
    Publish,
    Subscribe,
    Subscription,
)
from xky.protocol.uplinks.mqtt_topics import check_filter, matches

from .end import End
from .mqtt_sessions import FOR_EVER

__all__ = ["VirtualMqtt", "VirtualMqttLink", "connect_packet"]


def connect_packet(session: MqttSession) -> Connect:
    """What a client says of itself, as its first packet; a session to be kept never expires (5)."""
    will = session.will
    is_kept = session.level == 5 and not session.clean
    return Connect(
        session.client_id,
        session.keepalive_s,
        session.clean,
        Publish(will.topic, will.payload, will.qos, will.retain) if will else None,
        session.username,
        None if session.password is None else session.password.encode(),
        session.level,
        ((Property.SESSION_EXPIRY_S, FOR_EVER),) if is_kept else NO_PROPERTIES,
    )


class VirtualMqttLink:
    """One connection of a board; an ``MqttLink`` once it was accepted.

    It pings as its keepalive asks, and takes a broker that leaves a ping unanswered for one keepalive for lost. What
    was not acknowledged when it is lost is not said again by it: that is the firmware's to decide.
    """

    def __init__(self, end: End, session: MqttSession) -> None:
        self._env, self._session = end.env, session
        self.accepted: simpy.Event = self._env.event()
        self._lost: simpy.Event = self._env.event()
        self._reader = PacketReader(session.level)
        self._is_accepted = self._is_over = False
        self._listeners: list[tuple[str, Callable[[MqttMessage], None]]] = []
        self._waiting: dict[int, simpy.Event] = {}
        self._unreleased: set[int] = set()
        self._last_id = 0
        self._said_s = float(self._env.now)
        self._pinged_s: float | None = None
        self._conversation = end.converse(self._hear, self._closed)
        self._say(connect_packet(session))

    @property
    def is_open(self) -> bool:
        """Whether it was accepted and has not ended."""
        return self._is_accepted and not self._is_over

    @property
    def lost(self) -> simpy.Event:
        """Happens when the other side, or the network, has gone."""
        return self._lost

    def publish(self, message: MqttMessage) -> simpy.Event:
        """Send a message; the event happens when that is done, never where the link has gone."""
        done = self._env.event()
        if self._is_over or not self._is_accepted:
            return done
        number = None
        if message.qos:
            number = self._free_id()
            self._waiting[number] = done
        else:
            done.succeed()
        self._say(Publish(message.topic, message.payload, message.qos, message.retain, False, number))
        return done

    def subscribe(self, topic_filter: str, on_message: Callable[[MqttMessage], None]) -> None:
        """Hear what is published there, at QoS 0."""
        self._listeners.append((check_filter(topic_filter), on_message))
        if self.is_open:
            self._say(Subscribe(self._free_id(), (Subscription(topic_filter),)))

    def close(self) -> None:
        """Say goodbye, and close the connection."""
        was_open = self.is_open
        self.cut()
        if was_open:  # the end closes while it hears this: that is no loss
            self._conversation.receive(encode(Disconnect(), self._session.level))

    def cut(self) -> None:
        """Be gone without a word: the end hears nothing more, as of a board without power."""
        self._is_over = True

    def drop(self) -> None:
        """The network between the two has gone: the end hears nothing more, the board is told."""
        was_open = self.is_open
        self.cut()
        if was_open:
            self._lost.succeed()

    def _free_id(self) -> int:
        while True:
            self._last_id = self._last_id % 0xFFFF + 1
            if self._last_id not in self._waiting:
                return self._last_id

    def _say(self, packet: Packet) -> None:
        if not self._is_over:
            self._said_s = float(self._env.now)
            self._conversation.receive(encode(packet, self._session.level))

    def _closed(self) -> None:
        if self._is_over:
            return
        was_open = self.is_open
        self._is_over = True
        if was_open:
            self._lost.succeed()
        elif not self.accepted.triggered:
            self.accepted.succeed(-1)

    def _hear(self, data: bytes) -> None:
        for packet in self._reader.feed(data) if not self._is_over else ():
            self._take(packet)

    def _take(self, packet: Packet | Malformed) -> None:
        if type(packet) is Publish:
            self._heard(packet)
        elif isinstance(packet, Acknowledgement):
            self._acknowledged(packet)
        elif isinstance(packet, Connack):
            self._answered(packet)
        elif isinstance(packet, Ping):
            self._pinged_s = None

    def _answered(self, packet: Connack) -> None:
        if packet.code:
            self._is_over = True
            self.accepted.succeed(packet.code)
            return
        self._is_accepted = True
        self.accepted.succeed(self)
        if self._session.keepalive_s:
            self._ring_in(self._session.keepalive_s)

    def _acknowledged(self, packet: Acknowledgement) -> None:
        number = packet.packet_id
        if packet.kind is Kind.PUBREC and number in self._waiting:
            self._say(Acknowledgement(Kind.PUBREL, number))
        elif packet.kind is Kind.PUBREL:
            self._unreleased.discard(number)
            self._say(Acknowledgement(Kind.PUBCOMP, number))
        elif number in self._waiting:
            self._waiting.pop(number).succeed()

    def _heard(self, packet: Publish) -> None:
        number = packet.packet_id
        is_again = packet.qos == 2 and number in self._unreleased
        if number is not None:
            if packet.qos == 2:
                self._unreleased.add(number)
            self._say(Acknowledgement(Kind.PUBACK if packet.qos == 1 else Kind.PUBREC, number))
        if not is_again:
            message = MqttMessage(packet.topic, packet.payload, packet.qos, packet.retain)
            for topic_filter, on_message in tuple(self._listeners):
                if matches(topic_filter, packet.topic):
                    on_message(message)

    def _ring_in(self, delay_s: float) -> None:
        alarm = self._env.timeout(delay_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: self._ring())

    def _ring(self) -> None:
        """Ping when nothing was said for a keepalive; the alarm is set anew only when it rings."""
        if self._is_over:
            return
        now_s, keepalive_s = float(self._env.now), self._session.keepalive_s
        if self._pinged_s is not None and now_s - self._pinged_s >= keepalive_s - 1e-6:
            self._is_over = True
            self._conversation.lost()
            self._lost.succeed()
            return
        if now_s - self._said_s >= keepalive_s - 1e-6:
            self._pinged_s = self._pinged_s or now_s
            self._say(Ping())
        self._ring_in(max(self._said_s + keepalive_s - now_s, 1e-3))


class VirtualMqtt:
    """How a simulated board reaches an end in virtual time.

    Args:
        end: the broker.
    """

    def __init__(self, end: End) -> None:
        self._end = end
        self._links: list[VirtualMqttLink] = []

    def connect(self, session: MqttSession) -> simpy.Event:
        """Connect: the event's value is an ``MqttLink``, or the code of a refusal, or -1 where nobody listens; it
        never happens where nobody answers."""
        if self._end.is_down:
            return self._end.env.event().succeed(-1)
        link = VirtualMqttLink(self._end, session)
        self._links = [each for each in self._links if each.is_open]
        self._links.append(link)
        return link.accepted

    def cut(self) -> None:
        """The board has lost its power: the end hears nothing more."""
        for link in self._links:
            link.cut()
        self._links.clear()

    def drop(self) -> None:
        """The network has gone: the end hears nothing more, and the board's links are lost."""
        links, self._links = self._links, []
        for link in links:
            link.drop()
