# SPDX-License-Identifier: Apache-2.0
"""MQTT control packets as values: what 3.1, 3.1.1 and 5 say, without their bytes.

One set of values serves the three levels; what a level does not have (reasons and properties before 5) stays at its
default there. Clauses are those of MQTT 3.1.1 and, behind a semicolon, of MQTT 5.0 (OASIS).
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar

from xky.protocol.quick import quick

__all__ = [
    "LEVELS", "NO_PROPERTIES", "Acknowledgement", "Auth", "Connack", "Connect", "Disconnect", "Kind", "Malformed",
    "Packet", "Ping", "Properties", "Property", "Publish", "Reason", "Suback", "Subscribe", "Subscription",
    "Unsuback", "Unsubscribe", "property_of",
]  # fmt: skip

LEVELS = {3: "MQIsdp", 4: "MQTT", 5: "MQTT"}
"""Protocol level on the wire and the name that goes with it (3.1 §3.1; 3.1.1 §3.1.2.1; 5 §3.1.2.1)."""


class Kind(IntEnum):
    """Control packet types (§2.2.1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


class Property(IntEnum):
    """Properties of MQTT 5 by their identifiers (5 §2.2.2.2)."""

    PAYLOAD_FORMAT = 1
    MESSAGE_EXPIRY_S = 2
    CONTENT_TYPE = 3
    RESPONSE_TOPIC = 8
    CORRELATION_DATA = 9
    SUBSCRIPTION_IDENTIFIER = 11
    SESSION_EXPIRY_S = 17
    ASSIGNED_CLIENT_ID = 18
    SERVER_KEEPALIVE_S = 19
    AUTHENTICATION_METHOD = 21
    AUTHENTICATION_DATA = 22
    REQUEST_PROBLEM_INFORMATION = 23
    WILL_DELAY_S = 24
    REQUEST_RESPONSE_INFORMATION = 25
    RESPONSE_INFORMATION = 26
    SERVER_REFERENCE = 28
    REASON_STRING = 31
    RECEIVE_MAXIMUM = 33
    TOPIC_ALIAS_MAXIMUM = 34
    TOPIC_ALIAS = 35
    MAXIMUM_QOS = 36
    RETAIN_AVAILABLE = 37
    USER_PROPERTY = 38
    MAXIMUM_PACKET_SIZE = 39
    WILDCARD_SUBSCRIPTION_AVAILABLE = 40
    SUBSCRIPTION_IDENTIFIER_AVAILABLE = 41
    SHARED_SUBSCRIPTION_AVAILABLE = 42


class Reason(IntEnum):
    """Reason codes of MQTT 5 that this project gives or asks for (5 §2.4)."""

    SUCCESS = 0x00
    DISCONNECT_WITH_WILL = 0x04
    NO_SUBSCRIPTION_EXISTED = 0x11
    UNSPECIFIED_ERROR = 0x80
    MALFORMED_PACKET = 0x81
    PROTOCOL_ERROR = 0x82
    UNSUPPORTED_PROTOCOL_VERSION = 0x84
    CLIENT_IDENTIFIER_NOT_VALID = 0x85
    BAD_USER_NAME_OR_PASSWORD = 0x86
    NOT_AUTHORIZED = 0x87
    SERVER_UNAVAILABLE = 0x88
    BAD_AUTHENTICATION_METHOD = 0x8C
    KEEPALIVE_TIMEOUT = 0x8D
    SESSION_TAKEN_OVER = 0x8E
    TOPIC_FILTER_INVALID = 0x8F
    PACKET_IDENTIFIER_NOT_FOUND = 0x92
    TOPIC_ALIAS_INVALID = 0x94
    PACKET_TOO_LARGE = 0x95
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED = 0x9E


Properties = tuple[tuple[Property, Any], ...]
"""In the order of the wire; an integer, a text, bytes, or a pair of texts each."""

NO_PROPERTIES: Properties = ()


def property_of(properties: Properties, wanted: Property) -> Any:
    """The first value of a property; None where it is not there."""
    for identifier, value in properties:
        if identifier == wanted:
            return value
    return None


@quick
@dataclass(frozen=True, slots=True)
class Publish:
    """PUBLISH (§3.3).

    Attributes:
        topic: empty only beside a topic alias (5).
        packet_id: 1 to 65 535 with QoS 1 and 2, None with 0.
        dup: it may have been sent before.
    """

    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int | None = None
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.PUBLISH


@quick
@dataclass(frozen=True, slots=True)
class Connect:
    """CONNECT (§3.1). Its credentials are never part of its ``repr``.

    Attributes:
        clean: Clean Session, Clean Start in 5.
        will: what is published when the client is lost; its ``dup`` and ``packet_id`` are not used, its properties are
            those of the will (5 §3.1.3.2).
    """

    client_id: str
    keepalive_s: int = 0
    clean: bool = True
    will: Publish | None = None
    username: str | None = field(default=None, repr=False)
    password: bytes | None = field(default=None, repr=False)
    level: int = 4
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.CONNECT


@quick
@dataclass(frozen=True, slots=True)
class Connack:
    """CONNACK (§3.2): ``code`` is 0, 1 to 5 before level 5, a reason code in it."""

    session_present: bool = False
    code: int = 0
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.CONNACK


@quick
@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """PUBACK, PUBREC, PUBREL or PUBCOMP (§3.4 to 3.7), told apart by ``kind``."""

    kind: Kind
    packet_id: int
    reason: int = 0
    properties: Properties = NO_PROPERTIES


@quick
@dataclass(frozen=True, slots=True)
class Subscription:
    """One filter of a SUBSCRIBE with its options (§3.8.3; 5 §3.8.3.1)."""

    topic_filter: str
    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0


@quick
@dataclass(frozen=True, slots=True)
class Subscribe:
    """SUBSCRIBE (§3.8)."""

    packet_id: int
    subscriptions: tuple[Subscription, ...]
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.SUBSCRIBE


@quick
@dataclass(frozen=True, slots=True)
class Suback:
    """SUBACK (§3.9): a granted QoS, or 0x80 and above, for each filter."""

    packet_id: int
    codes: bytes
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.SUBACK


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """UNSUBSCRIBE (§3.10)."""

    packet_id: int
    topic_filters: tuple[str, ...]
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.UNSUBSCRIBE


@dataclass(frozen=True, slots=True)
class Unsuback:
    """UNSUBACK (§3.11); ``codes`` only in 5."""

    packet_id: int
    codes: bytes = b""
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.UNSUBACK


@dataclass(frozen=True, slots=True)
class Ping:
    """PINGREQ or PINGRESP (§3.12, 3.13)."""

    kind: Kind = Kind.PINGREQ


@quick
@dataclass(frozen=True, slots=True)
class Disconnect:
    """DISCONNECT (§3.14); from the client's side alone before 5, and without a reason."""

    reason: int = 0
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.DISCONNECT


@dataclass(frozen=True, slots=True)
class Auth:
    """AUTH (5 §3.15)."""

    reason: int = 0
    properties: Properties = NO_PROPERTIES
    kind: ClassVar[Kind] = Kind.AUTH


Packet = (
    Publish
    | Acknowledgement
    | Connect
    | Connack
    | Subscribe
    | Suback
    | Unsubscribe
    | Unsuback
    | Ping
    | Disconnect
    | Auth
)


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes that are no packet.

    Attributes:
        reason: what is wrong, for people; never holds the bytes themselves, which may be credentials.
        size: bytes of the packet, as far as it is known.
        code: the reason code of MQTT 5 that says the same.
        is_framing_lost: nothing behind it on that stream can be read.
    """

    reason: str
    size: int = 0
    code: int = Reason.MALFORMED_PACKET
    is_framing_lost: bool = False
