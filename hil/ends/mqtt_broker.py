# SPDX-License-Identifier: Apache-2.0
"""What a broker does with publications and sessions: routing, retained messages, wills. No bytes."""

from collections.abc import Iterator, Sequence
from itertools import count

import simpy

from xky.protocol.uplinks.messages import MqttMessage
from xky.protocol.uplinks.mqtt_packets import Connect, Property, Publish, Subscription, property_of
from xky.protocol.uplinks.mqtt_topics import check_topic, matches

from .end import End
from .mqtt_observer import MqttMemory
from .mqtt_sessions import FOR_EVER, Connection, Message, Session

__all__ = ["BrokerEnd"]

_NOT_FORWARDED = (Property.TOPIC_ALIAS, Property.MESSAGE_EXPIRY_S, Property.WILL_DELAY_S)


class BrokerEnd(End):
    """Routes what is published.

    Args:
        env: the bench's clock.
        retained_before: messages that stand on the broker from the start, as if retained by an earlier life.
        keeps_over_restart: sessions and retained messages outlive ``go_down``; else they are forgotten.

    Attributes:
        refuse_with: the CONNACK code that clients are refused with, of 3.1.1 (1 to 5) or of 5 (128 and above), each
            client getting its level's own; None lets them in.
        acknowledges: publications of QoS 1 and 2 are acknowledged.
        retained: by topic.
        sessions: by client id.
        memory: of all that was observed; has ``credentials_seen``.
    """

    name = "mqtt"

    def __init__(
        self,
        env: simpy.Environment,
        *,
        retained_before: Sequence[MqttMessage] = (),
        keeps_over_restart: bool = False,
    ) -> None:
        super().__init__(env)
        self.refuse_with: int | None = None
        self.acknowledges = True
        self.retained: dict[str, Message] = {}
        self.sessions: dict[str, Session] = {}
        self.memory = MqttMemory()
        self._keeps = keeps_over_restart
        self._nameless = count(1)
        for message in retained_before:
            check_topic(message.topic)
            self.retained[message.topic] = Message(message.topic, message.payload, message.qos, True)

    @property
    def credentials_seen(self) -> list[bytes]:
        """Passwords that clients gave; never printed."""
        return self.memory.credentials_seen

    @property
    def usernames_seen(self) -> list[bytes]:
        """User names that clients gave; never printed."""
        return self.memory.usernames_seen

    @property
    def clients(self) -> tuple[str, ...]:
        """Names of those who are there."""
        return tuple(name for name, session in self.sessions.items() if session.connection is not None)

    def publish(self, topic: str, payload: bytes | str, qos: int = 0, retain: bool = False) -> None:
        """The bench itself publishes, such as a command to a device.

        Raises:
            InputError: ``topic`` is not the name of one.
        """
        data = payload.encode() if isinstance(payload, str) else payload
        self.route(Message(check_topic(topic), data, qos, retain))

    def message_of(self, packet: Publish, topic: str) -> Message:
        """A publication as it is kept and passed on."""
        if not packet.properties:
            return Message(topic, packet.payload, packet.qos, packet.retain)
        expiry_s = property_of(packet.properties, Property.MESSAGE_EXPIRY_S)
        properties = tuple(item for item in packet.properties if item[0] not in _NOT_FORWARDED)
        expires_at_s = None if expiry_s is None else self.now_s + expiry_s
        return Message(topic, packet.payload, packet.qos, packet.retain, properties, expires_at_s)

    def route(self, message: Message, publisher: str | None = None) -> None:
        """Keep it if it is to be kept, and give it to whoever hears it: once, never at a higher QoS than its own."""
        if message.retain and message.payload:
            self.retained[message.topic] = message
        elif message.retain:
            self.retained.pop(message.topic, None)
        for session in tuple(self.sessions.values()):
            heard = session.hears(message.topic, publisher)
            if heard:
                qos = min(message.qos, max(wanted.qos for wanted, _ in heard))
                retain = message.retain and any(wanted.retain_as_published for wanted, _ in heard)
                session.deliver(message, qos, retain, (number for _, number in heard), self.now_s)

    def retained_for(self, wanted: Subscription) -> Iterator[Message]:
        """Retained messages that a filter takes, those expired forgotten."""
        for topic, message in tuple(self.retained.items()):
            if matches(wanted.topic_filter, topic):
                if message.left(self.now_s) is None:
                    del self.retained[topic]
                else:
                    yield message

    def nameless(self) -> str:
        """A name for a client that gave none."""
        return f"nameless-{next(self._nameless)}"

    def open_session(self, connect: Connect, client_id: str, connection: Connection) -> tuple[Session, bool]:
        """Let a client in.

        Returns:
            its session, and whether it is one that was kept.
        """
        before = self.sessions.get(client_id)
        if before is not None and before.connection is not None:
            before.connection.take_over()
            before = self.sessions.get(client_id)
        if before is not None and connect.clean:
            self._end(before)
            before = None
        session = before or Session(client_id)
        if connect.level == 5:
            session.expiry_s = property_of(connect.properties, Property.SESSION_EXPIRY_S) or 0
        else:
            session.expiry_s = 0 if connect.clean else FOR_EVER
        session.connection, session.will = connection, None
        session.number += 1
        self.sessions[client_id] = session
        return session, before is not None

    def left(self, session: Session, will: Publish | None) -> None:
        """A client has gone; its will, if it is to be published, is due now or after its delay."""
        session.connection, session.will = None, will
        number, expiry_s = session.number, session.expiry_s
        delay_s = min(property_of(will.properties, Property.WILL_DELAY_S) or 0, expiry_s) if will else 0
        if delay_s == 0:
            self._publish_will(session)
        else:
            self.after(delay_s, lambda: self._publish_will(session) if self._is_away(session, number) else None)
        if expiry_s == 0:
            self._end(session)
        elif expiry_s != FOR_EVER:
            self.after(expiry_s, lambda: self._end(session) if self._is_away(session, number) else None)

    def _is_away(self, session: Session, number: int) -> bool:
        is_kept = self.sessions.get(session.client_id) is session
        return is_kept and session.connection is None and session.number == number

    def _end(self, session: Session) -> None:
        if self.sessions.get(session.client_id) is session:
            del self.sessions[session.client_id]
        self._publish_will(session)

    def _publish_will(self, session: Session) -> None:
        will, session.will = session.will, None
        if will is None or self.is_down:
            return
        self.happened(
            "will_published", f"the will of {session.client_id!r} on {will.topic!r}",
            client_id=session.client_id, topic=will.topic, payload=will.payload, qos=will.qos, retain=will.retain,
        )  # fmt: skip
        self.route(self.message_of(will, will.topic))

    def forget(self) -> None:
        """What a broker loses that stops: wills that wait, and sessions and retained messages unless it keeps them."""
        for session in tuple(self.sessions.values()):
            session.will = None
            session.connection = None
            if not self._keeps or session.expiry_s == 0:
                del self.sessions[session.client_id]
        if not self._keeps:
            self.retained.clear()
            self.memory.unreleased.clear()
