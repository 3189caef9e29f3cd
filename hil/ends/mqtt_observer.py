# SPDX-License-Identifier: Apache-2.0
"""What one MQTT connection says, in both directions, as payloads and events: one piece of code for broker and proxy.

A payload is a PUBLISH of the device: its source the topic, its facts ``client_id, qos, retain, dup, packet_id``,
``repeats`` (a QoS 2 packet identifier that was not released yet: the same message again) and ``taken`` (false while the
end is silent: the bytes came, nobody answers).

Events, by kind, with their facts:

- ``connect`` (``client_id, level, keepalive_s, clean, expiry_s, has_username, has_password``, ``will``: None or
  ``topic, payload, qos, retain, delay_s``): a client asks to be let in
- ``connected`` (``client_id, session_present``), ``refused`` (``client_id, code``): the answer, code as on the wire
- ``subscribed`` (``client_id, filters``: triples of filter, QoS asked, code), ``unsubscribed`` (``client_id, filters``)
- ``acknowledged`` (``client_id, packet_id, qos``): the broker took a QoS 1 or 2 publication
- ``delivered`` (``client_id, topic, payload, qos, retain, dup``): the broker sent a publication to the client
- ``disconnected`` (``client_id, reason, with_will``): the client said DISCONNECT
- ``lost`` (``client_id, how``): it ended otherwise: ``cut``, ``silence`` (1.5 times the keepalive), ``taken_over``,
  ``protocol_error``, ``down`` (the end went away), ``broker`` (the broker's own reasons)
- ``will_published`` (``client_id, topic, payload, qos, retain``)
- ``unreadable`` (``client_id, reason, size``)

Facts never hold a user name or password.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from xky.protocol.uplinks.mqtt_packets import (
    Acknowledgement,
    Connack,
    Connect,
    Disconnect,
    Kind,
    Malformed,
    Packet,
    Property,
    Publish,
    Reason,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    property_of,
)

from .end import End

__all__ = ["GRACE", "MqttMemory", "MqttObserver", "content_of", "will_facts"]

_UNREADABLE_MAX = 16  # events of one connection; more are only counted
_CREDENTIALS_MAX = 256  # different ones; no bench has more devices
_PENDING_MAX = 256  # subscriptions whose answer is awaited
_KEPT_BYTES_MAX = 64  # of a payload whose content is kept
GRACE = 1.5  # keepalives (MQTT-3.1.2-24)


def _no_number(text: str) -> None:
    raise ValueError(text)


_JSON = json.JSONDecoder(parse_constant=_no_number)


def content_of(payload: bytes) -> Any:
    """What a payload says: a JSON value, else its text. Nobody changes it: others may have it, too."""
    return _content_kept(payload) if len(payload) <= _KEPT_BYTES_MAX else _content_now(payload)


def _content_now(payload: bytes) -> Any:
    try:
        return _JSON.decode(payload.decode())
    except (ValueError, RecursionError):
        return payload.decode("utf-8", errors="backslashreplace")


_content_kept = lru_cache(256)(_content_now)  # states, such as Online, come with each connection


def will_facts(will: Publish | None) -> dict[str, Any] | None:
    """A will as facts."""
    if will is None:
        return None
    delay_s = property_of(will.properties, Property.WILL_DELAY_S) or 0
    return {
        "topic": will.topic,
        "payload": will.payload,
        "qos": will.qos,
        "retain": will.retain,
        "delay_s": delay_s,
    }


class MqttMemory:
    """What an end remembers from one connection of a client to the next.

    Attributes:
        credentials_seen: passwords that clients gave, each once; apart from facts and texts, so that they are never
            printed. To be looked for where they must not stand.
        usernames_seen: the same of user names, which may be ordinary words.
        present: the connection that last came under a client id, while it lasts.
        unreleased: QoS 2 packet identifiers of each client that were published and not released.
        unreadable_count: of all connections.
    """

    def __init__(self) -> None:
        self.credentials_seen: list[bytes] = []
        self.usernames_seen: list[bytes] = []
        self.present: dict[str, MqttObserver] = {}
        self.unreleased: dict[str, set[int]] = {}
        self.unreadable_count = 0

    def saw(self, connect: Connect) -> None:
        """Keep the credentials of a CONNECT apart."""
        name = (connect.username or "").encode()
        for seen, value in ((self.credentials_seen, connect.password), (self.usernames_seen, name)):
            if value and value not in seen and len(seen) < _CREDENTIALS_MAX:
                seen.append(value)


class MqttObserver:
    """Watches one connection.

    Args:
        end: told of payloads and events.
        memory: of that end.
        is_wanted: which topics are of interest; others are no payloads. None: all are.

    Attributes:
        client: its name, empty until it is known.
        connect: what it asked for; None before.
        is_over: the client has gone, or was told to.
        topic: of the publication last said, its alias resolved; None where there is none.
    """

    def __init__(self, end: End, memory: MqttMemory, is_wanted: Callable[[str], bool] | None = None) -> None:
        self.end, self.memory = end, memory
        self.client = ""
        self.connect: Connect | None = None
        self.is_over = False
        self.topic: str | None = None
        self._is_wanted = is_wanted
        self._heard_s = end.now_s
        self._aliases: dict[bool, dict[int, str]] = {True: {}, False: {}}
        self._asked: dict[int, Subscribe | Unsubscribe] = {}
        self._unreadable = 0
        self._told: int | None = None
        self._was_taken_over = False

    @property
    def silent_s(self) -> float:
        """Since the client last said something, seconds."""
        return self.end.now_s - self._heard_s

    def client_says(self, packet: Packet | Malformed, *, taken: bool = True) -> None:
        """The client sent a packet.

        Args:
            packet: what it is.
            taken: it will be acted upon.
        """
        self._heard_s = float(self.end.env.now)
        if self.is_over:
            return
        if type(packet) is Publish:
            self._published(packet, taken)
        elif isinstance(packet, Malformed):
            self.unreadable(packet)
        elif isinstance(packet, Connect):
            if self.connect is None:
                self._connects(packet)
        elif isinstance(packet, (Subscribe, Unsubscribe)):
            if len(self._asked) < _PENDING_MAX:
                self._asked[packet.packet_id] = packet
        elif isinstance(packet, Disconnect):
            self._leaves(packet)
        elif isinstance(packet, Acknowledgement) and packet.kind is Kind.PUBREL:
            self.memory.unreleased.get(self.client, set()).discard(packet.packet_id)

    def _published(self, packet: Publish, taken: bool) -> None:
        topic = self.topic = self._resolved(packet, from_client=True) if packet.properties else packet.topic
        if topic is None or self.connect is None:
            return
        number, repeats = packet.packet_id, False
        if packet.qos == 2 and number:
            unreleased = self.memory.unreleased.setdefault(self.client, set())
            repeats = number in unreleased
            if taken:
                unreleased.add(number)
        if self._is_wanted is None or self._is_wanted(topic):
            self.end.arrived(
                topic, content_of(packet.payload), packet.payload, client_id=self.client, qos=packet.qos,
                retain=packet.retain, dup=packet.dup, packet_id=number, repeats=repeats, taken=taken,
            )  # fmt: skip

    def _resolved(self, packet: Publish, *, from_client: bool) -> str | None:
        alias = property_of(packet.properties, Property.TOPIC_ALIAS)
        if alias is None:
            return packet.topic
        aliases = self._aliases[from_client]
        if packet.topic:
            aliases[alias] = packet.topic
        return aliases.get(alias)

    def _connects(self, packet: Connect) -> None:
        self.connect, self.client = packet, packet.client_id
        self.memory.saw(packet)
        if self.client in self.memory.present:
            self.memory.present[self.client]._was_taken_over = True
        will = f", with a will on {packet.will.topic!r}" if packet.will else ""
        if packet.level == 5:
            expiry_s = property_of(packet.properties, Property.SESSION_EXPIRY_S) or 0
        else:
            expiry_s = 0 if packet.clean else 0xFFFF_FFFF
        self.end.happened(
            "connect",
            f"{self._name} asks to be let in: level {packet.level}, keepalive {packet.keepalive_s} s{will}",
            client_id=self.client, level=packet.level, keepalive_s=packet.keepalive_s, clean=packet.clean,
            expiry_s=expiry_s, will=will_facts(packet.will), has_username=packet.username is not None,
            has_password=packet.password is not None,
        )  # fmt: skip

    def _leaves(self, packet: Disconnect) -> None:
        if self.connect is None:
            return
        with_will = packet.reason != Reason.SUCCESS
        text = f"{self._name} says goodbye" + (f" with reason 0x{packet.reason:02X}" if with_will else "")
        self._over()
        self.end.happened("disconnected", text, client_id=self.client, reason=packet.reason, with_will=with_will)

    def broker_says(self, packet: Packet | Malformed) -> None:
        """The broker sent the client a packet."""
        if isinstance(packet, Acknowledgement):
            if packet.kind in (Kind.PUBACK, Kind.PUBREC):
                qos = 1 if packet.kind is Kind.PUBACK else 2
                self.end.happened(
                    "acknowledged", f"{self._name}: {packet.packet_id} is taken",
                    client_id=self.client, packet_id=packet.packet_id, qos=qos,
                )  # fmt: skip
        elif isinstance(packet, Connack):
            self._answered(packet)
        elif isinstance(packet, Publish):
            topic = self._resolved(packet, from_client=False) or packet.topic
            self.end.happened(
                "delivered", f"{topic!r} goes to {self._name}",
                client_id=self.client, topic=topic, payload=packet.payload, qos=packet.qos, retain=packet.retain,
                dup=packet.dup,
            )  # fmt: skip
        elif isinstance(packet, (Suback, Unsuback)):
            self._subscribed(packet)
        elif isinstance(packet, Disconnect):
            self._told = packet.reason
        elif isinstance(packet, Malformed):
            self.unreadable(packet, "the broker")

    def _answered(self, packet: Connack) -> None:
        if packet.code:
            self.is_over = True
            self.end.happened(
                "refused", f"{self._name} is refused with code {packet.code}", client_id=self.client, code=packet.code
            )
            return
        self.client = property_of(packet.properties, Property.ASSIGNED_CLIENT_ID) or self.client
        if not packet.session_present:
            self.memory.unreleased.pop(self.client, None)
        if self.client:
            self.memory.present[self.client] = self
        with_session = " to the session that was kept" if packet.session_present else ""
        self.end.happened(
            "connected", f"{self._name} is let in{with_session}",
            client_id=self.client, session_present=packet.session_present,
        )  # fmt: skip

    def _subscribed(self, packet: Suback | Unsuback) -> None:
        asked = self._asked.pop(packet.packet_id, None)
        if isinstance(asked, Subscribe):
            filters = [
                (item.topic_filter, item.qos, code)
                for item, code in zip(asked.subscriptions, packet.codes, strict=False)
            ]
            names = ", ".join(repr(name) for name, _, _ in filters)
            self.end.happened("subscribed", f"{self._name} hears {names}", client_id=self.client, filters=filters)
        elif isinstance(asked, Unsubscribe):
            names = ", ".join(repr(name) for name in asked.topic_filters)
            self.end.happened(
                "unsubscribed", f"{self._name} no longer hears {names}",
                client_id=self.client, filters=list(asked.topic_filters),
            )  # fmt: skip

    def unreadable(self, packet: Malformed, who: str = "") -> None:
        """Bytes that are no packet, or none that may come now."""
        self.memory.unreadable_count += 1
        self._unreadable += 1
        if self._unreadable <= _UNREADABLE_MAX:
            self.end.happened(
                "unreadable", f"{who or self._name}: {packet.reason}",
                client_id=self.client, reason=packet.reason, size=packet.size,
            )  # fmt: skip

    def lost(self, how: str) -> None:
        """The connection ended without the client's DISCONNECT; more than one end of it is not told."""
        if self.is_over:
            return
        self._over()
        if self.connect is not None:
            self.end.happened("lost", f"{self._name} is lost: {how.replace('_', ' ')}", client_id=self.client, how=how)

    def broker_closed(self) -> None:
        """The broker, which is somebody else's, closed the connection: tell why as far as can be seen."""
        keepalive_s = self.connect.keepalive_s if self.connect else 0
        if self._told == Reason.SESSION_TAKEN_OVER or self._was_taken_over:
            how = "taken_over"
        elif self._unreadable or (self._told or 0) in (Reason.MALFORMED_PACKET, Reason.PROTOCOL_ERROR):
            how = "protocol_error"
        elif self._told == Reason.KEEPALIVE_TIMEOUT or (keepalive_s and self.silent_s >= GRACE * keepalive_s - 1):
            how = "silence"
        else:
            how = "broker"
        self.lost(how)

    def _over(self) -> None:
        self.is_over = True
        if self.memory.present.get(self.client) is self:
            del self.memory.present[self.client]

    @property
    def _name(self) -> str:
        return repr(self.client) if self.client else "a client"
