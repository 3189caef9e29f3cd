# SPDX-License-Identifier: Apache-2.0
"""One MQTT connection, seen from the bench's broker: who is let in, what is answered, how it ends."""

from collections.abc import Callable

from xky.protocol.uplinks.mqtt import PACKET_BYTES_MAX, PacketReader, encode
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
    Properties,
    Property,
    Publish,
    Reason,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    property_of,
)
from xky.protocol.uplinks.mqtt_topics import wrong_with_filter

from .end import Conversation
from .mqtt_broker import BrokerEnd
from .mqtt_observer import GRACE, MqttObserver
from .mqtt_sessions import Message, Session

__all__ = ["MqttConversation"]

_TOPIC_ALIASES = 10  # as mosquitto's max_topic_alias
_UNKNOWN_KEEPALIVE_S = 60  # until a CONNECT says its own
_CODES = {1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}  # of CONNACK, 3.1.1 to 5
_PING = Ping(Kind.PINGRESP)


def _code_at(level: int, code: int) -> int:
    """A CONNACK code as a level has it."""
    if level == 5:
        return _CODES.get(code, code)
    return next((old for old, new in _CODES.items() if new == code), code if code < 0x80 else 3)


class MqttConversation(Conversation):
    """A client's connection to the bench's broker.

    Args:
        end: the broker.
        write: takes the bytes of answers.
        close: cuts the connection.

    Attributes:
        is_open: neither side has ended it.
        receive_maximum: publications of QoS 1 and 2 that the client takes at once.
    """

    def __init__(self, end: BrokerEnd, write: Callable[[bytes], None], close: Callable[[], None]) -> None:
        self._end, self._write, self._close = end, write, close
        self._reader = PacketReader()
        self._observer = MqttObserver(end, end.memory)
        self._session: Session | None = None
        self._level = 4
        self._packet_max = PACKET_BYTES_MAX
        self.is_open = True
        self.receive_maximum = 0xFFFF
        self._watch(GRACE * _UNKNOWN_KEEPALIVE_S)

    def receive(self, data: bytes) -> None:
        """Bytes of the client."""
        for packet in self._reader.feed(data) if self.is_open else ():
            if self._end.is_silent:
                self._observer.client_says(packet, taken=False)
            else:
                self._answer(packet)
            if not self.is_open:
                return

    def lost(self) -> None:
        """The client's side is gone."""
        self._finish("cut")

    def take_over(self) -> None:
        """Another connection came under the same client id (MQTT-3.1.4-2)."""
        self._finish("taken_over", Reason.SESSION_TAKEN_OVER)

    def go_down(self) -> None:
        """The broker goes away."""
        if self.is_open:
            self.is_open = False
            self._observer.lost("down")
            self._close()

    def send(self, packet: Packet) -> None:
        """Send a packet, unless the client said that it is too large for it; a silent end sends nothing."""
        if not self.is_open or self._end.is_silent:
            return
        if self._level < 5 and isinstance(packet, Publish) and packet.properties:
            packet = Publish(packet.topic, packet.payload, packet.qos, packet.retain, packet.dup, packet.packet_id)
        data = encode(packet, self._level)
        if len(data) <= self._packet_max:
            self._observer.broker_says(packet)
            self._write(data)

    def _answer(self, packet: Packet | Malformed) -> None:
        self._observer.client_says(packet)
        session = self._session
        if session is None:
            self._begin(packet)
        elif type(packet) is Publish:
            self._take(session, packet)
        elif isinstance(packet, Acknowledgement):
            self._acknowledged(session, packet)
        elif isinstance(packet, Ping) and packet.kind is Kind.PINGREQ:
            self.send(_PING)
        elif isinstance(packet, Subscribe):
            self._subscribe(session, packet)
        elif isinstance(packet, Unsubscribe):
            self._unsubscribe(session, packet)
        elif isinstance(packet, Disconnect):
            self._leave(session, packet)
        elif isinstance(packet, Malformed):
            self._finish("protocol_error", packet.code)
        else:
            self._violated(f"{packet.kind.name} from a client that was let in")

    def _begin(self, packet: Packet | Malformed) -> None:
        """What comes first is a CONNECT."""
        if isinstance(packet, Connect):
            self._let_in(packet)
        elif not isinstance(packet, Malformed):
            self._violated(f"{packet.kind.name} before CONNECT")
        elif packet.code == Reason.UNSUPPORTED_PROTOCOL_VERSION:
            self.send(Connack(False, 1))  # in the form of 3.1.1, which every client can read (5 §3.1.2.2)
            self._finish("protocol_error")
        else:
            self._finish("protocol_error", packet.code)

    def _violated(self, reason: str) -> None:
        self._observer.unreadable(Malformed(reason, code=Reason.PROTOCOL_ERROR))
        self._finish("protocol_error", Reason.PROTOCOL_ERROR)

    def _let_in(self, connect: Connect) -> None:
        self._level = connect.level
        code, client_id, properties = 0, connect.client_id, NO_PROPERTIES
        if self._end.refuse_with:
            code = _code_at(connect.level, self._end.refuse_with)
        elif not client_id and (connect.level == 3 or (connect.level == 4 and not connect.clean)):
            code = 2  # MQTT-3.1.3-8; 3.1 asks for one to 23 characters
        elif property_of(connect.properties, Property.AUTHENTICATION_METHOD) is not None:
            code = Reason.BAD_AUTHENTICATION_METHOD
        if code:
            self.send(Connack(False, code))
            self._finish("broker")
            return
        if connect.level == 5:
            properties = self._limits(connect)
        if not client_id:
            client_id = self._end.nameless()
            properties += ((Property.ASSIGNED_CLIENT_ID, client_id),)
        session, is_kept = self._end.open_session(connect, client_id, self)
        if not self.is_open:
            return
        self._session = session
        self._observer.client = client_id
        self.send(Connack(is_kept, 0, properties if connect.level == 5 else NO_PROPERTIES))
        if is_kept:
            session.resume(self._end.now_s)
        if connect.keepalive_s:
            self._watch(GRACE * connect.keepalive_s)

    def _limits(self, connect: Connect) -> Properties:
        self.receive_maximum = property_of(connect.properties, Property.RECEIVE_MAXIMUM) or 0xFFFF
        self._packet_max = property_of(connect.properties, Property.MAXIMUM_PACKET_SIZE) or PACKET_BYTES_MAX
        return (
            (Property.MAXIMUM_PACKET_SIZE, PACKET_BYTES_MAX),
            (Property.TOPIC_ALIAS_MAXIMUM, _TOPIC_ALIASES),
            (Property.SHARED_SUBSCRIPTION_AVAILABLE, 0),
        )

    def _watch(self, patience_s: float) -> None:
        """Close the connection if nothing comes for so long; the alarm is set anew only when it rings."""
        connect = self._observer.connect

        def ring() -> None:
            if not self.is_open or self._observer.connect is not connect:
                return
            left_s = patience_s - self._observer.silent_s
            if left_s > 1e-6 or self._end.is_silent:
                self._end.after(left_s if left_s > 1e-6 else patience_s, ring)
            else:
                self._finish("silence", Reason.KEEPALIVE_TIMEOUT)

        self._end.after(patience_s, ring)

    def _take(self, session: Session, packet: Publish) -> None:
        topic = self._observer.topic
        alias = property_of(packet.properties, Property.TOPIC_ALIAS) if packet.properties else None
        if topic is None or (alias or 0) > _TOPIC_ALIASES:
            self._observer.unreadable(Malformed(f"PUBLISH: topic alias {alias} is unknown"))
            self._finish("protocol_error", Reason.TOPIC_ALIAS_INVALID)
            return
        number, end = packet.packet_id or 0, self._end
        if packet.qos != 2 or number not in session.unreleased:
            if packet.qos == 2:
                session.unreleased.add(number)
            end.route(end.message_of(packet, topic), session.client_id)
        if packet.qos and end.acknowledges:
            self.send(Acknowledgement(Kind.PUBACK if packet.qos == 1 else Kind.PUBREC, number))

    def _acknowledged(self, session: Session, packet: Acknowledgement) -> None:
        if packet.kind is not Kind.PUBREL:
            session.acknowledged(packet, self._end.now_s)
            return
        is_known = packet.packet_id in session.unreleased
        session.unreleased.discard(packet.packet_id)
        if self._end.acknowledges:
            reason = 0 if is_known or self._level < 5 else Reason.PACKET_IDENTIFIER_NOT_FOUND
            self.send(Acknowledgement(Kind.PUBCOMP, packet.packet_id, reason))

    def _subscribe(self, session: Session, packet: Subscribe) -> None:
        codes = bytes([self._granted(wanted) for wanted in packet.subscriptions])
        if self._level == 3 and any(code > 2 for code in codes):  # 3.1 cannot say no to a filter
            self._violated("SUBSCRIBE: a filter that is not allowed")
            return
        number = property_of(packet.properties, Property.SUBSCRIPTION_IDENTIFIER) or 0
        retained: dict[str, tuple[Message, int]] = {}
        for wanted, code in zip(packet.subscriptions, codes, strict=True):
            if code > 2:
                continue
            is_new = wanted.topic_filter not in session.subscriptions
            session.subscriptions[wanted.topic_filter] = (wanted, number)
            if wanted.retain_handling == 0 or (wanted.retain_handling == 1 and is_new):
                for message in self._end.retained_for(wanted):
                    qos = max(wanted.qos, retained.get(message.topic, (message, 0))[1])
                    retained[message.topic] = (message, qos)
        self.send(Suback(packet.packet_id, codes))
        for message, qos in retained.values():
            session.deliver(message, min(message.qos, qos), True, (number,), self._end.now_s)

    def _granted(self, wanted: Subscription) -> int:
        code = wanted.qos
        if wrong_with_filter(wanted.topic_filter) is not None:
            code = Reason.TOPIC_FILTER_INVALID
        elif wanted.topic_filter.startswith("$share/"):
            code = Reason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
        return 0x80 if code > 2 and self._level < 5 else code

    def _unsubscribe(self, session: Session, packet: Unsubscribe) -> None:
        codes = bytearray()
        for topic_filter in packet.topic_filters:
            was_there = session.subscriptions.pop(topic_filter, None) is not None
            codes.append(Reason.SUCCESS if was_there else Reason.NO_SUBSCRIPTION_EXISTED)
        self.send(Unsuback(packet.packet_id, bytes(codes) if self._level == 5 else b""))

    def _leave(self, session: Session, packet: Disconnect) -> None:
        expiry_s = property_of(packet.properties, Property.SESSION_EXPIRY_S)
        if expiry_s is not None:
            if session.expiry_s == 0 and expiry_s:  # 5 §3.14.2.2.2
                self._violated("DISCONNECT: a session expiry, where CONNECT had none")
                return
            session.expiry_s = expiry_s
        self._finish("disconnected", with_will=packet.reason != Reason.SUCCESS)

    def _finish(self, how: str, reason: int = 0, *, with_will: bool = True) -> None:
        """The end of it, whoever began it."""
        if not self.is_open:
            return
        if self._level == 5 and reason and self._session is not None:
            self.send(Disconnect(reason))
        self.is_open = False
        self._observer.lost(how)
        if how != "cut":
            self._close()
        session, connect = self._session, self._observer.connect
        if session is not None and session.connection is self:
            self._end.left(session, connect.will if connect is not None and with_will else None)
