# SPDX-License-Identifier: Apache-2.0
"""The grammar of MQTT packet bodies at the levels 3, 4 and 5: one declaration each, which reads and builds.

It takes what stands behind the fixed header. Construct is the project's library for grammars; no packet library that
can be installed speaks the three levels in both directions (paho.mqtt has the client's half, mqttools and mqtt5 know
version 5 only, mqtt-codec 3.1.1). PUBLISH and the plain acknowledgements, which come by the thousand, have a fast
path in ``mqtt``; a test holds the two to the same.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from construct import (
    BitsInteger,
    BitStruct,
    Byte,
    ConstructError,
    ExprValidator,
    Flag,
    GreedyBytes,
    GreedyRange,
    If,
    Int16ub,
    Optional,
    Pass,
    Struct,
    Terminated,
    this,
)

from .mqtt_packets import (
    LEVELS,
    Acknowledgement,
    Auth,
    Connack,
    Connect,
    Disconnect,
    Kind,
    Packet,
    Ping,
    Properties,
    Property,
    Publish,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
)
from .mqtt_properties import BINARY, PROPERTIES, TEXT

__all__ = ["build_body", "grammar", "parse_body"]

_PACKET_ID = ExprValidator(Int16ub, lambda value, _: value > 0)  # MQTT-2.3.1-1
_QOS = ExprValidator(BitsInteger(2), lambda value, _: value < 3)  # MQTT-3.3.1-4
_ZERO_BIT = ExprValidator(Flag, lambda value, _: value is False)

_CONNECT = Struct(
    "protocol" / TEXT,
    "level" / ExprValidator(Byte, lambda level, found: LEVELS.get(level) == found.protocol),
    "flags"
    / BitStruct(
        "username" / Flag,
        "password" / Flag,
        "will_retain" / Flag,
        "will_qos" / _QOS,
        "will" / Flag,
        "clean" / Flag,
        "reserved" / _ZERO_BIT,  # MQTT-3.1.2-3
    ),
    "keepalive_s" / Int16ub,
    "properties" / If(this.level == 5, PROPERTIES),
    "client_id" / TEXT,
    "will_properties" / If(lambda found: found.level == 5 and found.flags.will, PROPERTIES),
    "will_topic" / If(this.flags.will, TEXT),
    "will_payload" / If(this.flags.will, BINARY),
    "username" / If(this.flags.username, TEXT),
    "password" / If(this.flags.password, BINARY),
    Terminated,
)
_SUBSCRIPTION = Struct(
    "topic_filter" / TEXT,
    "options"
    / BitStruct(
        "reserved" / ExprValidator(BitsInteger(2), lambda value, _: value == 0),
        "retain_handling" / ExprValidator(BitsInteger(2), lambda value, _: value < 3),
        "retain_as_published" / Flag,
        "no_local" / Flag,
        "qos" / _QOS,
    ),
)


@cache
def grammar(kind: Kind, level: int) -> Any:
    """The body of a packet: what stands behind its fixed header, PUBLISH apart, whose form its flags decide."""
    properties = PROPERTIES if level == 5 else Pass
    answer = Struct("reason" / Byte, "properties" / Optional(PROPERTIES)) if level == 5 else Pass  # may be left out
    forms = {
        Kind.CONNECT: _CONNECT,
        Kind.CONNACK: Struct(
            "flags" / ExprValidator(Byte, lambda flags, _: flags < 2),
            "code" / Byte,
            "properties" / (Optional(PROPERTIES) if level == 5 else Pass),  # none where a broker refuses level 5
            Terminated,
        ),
        **{
            kind: Struct("packet_id" / _PACKET_ID, "answer" / Optional(answer), Terminated)
            for kind in (Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP)
        },
        Kind.SUBSCRIBE: Struct(
            "packet_id" / _PACKET_ID, "properties" / properties, "items" / GreedyRange(_SUBSCRIPTION), Terminated
        ),
        Kind.SUBACK: Struct("packet_id" / _PACKET_ID, "properties" / properties, "codes" / GreedyBytes),
        Kind.UNSUBSCRIBE: Struct(
            "packet_id" / _PACKET_ID, "properties" / properties, "items" / GreedyRange(TEXT), Terminated
        ),
        Kind.UNSUBACK: Struct(
            "packet_id" / _PACKET_ID,
            "properties" / properties,
            "codes" / (GreedyBytes if level == 5 else Pass),
            Terminated,
        ),
        Kind.PINGREQ: Struct(Terminated),
        Kind.PINGRESP: Struct(Terminated),
        Kind.DISCONNECT: Struct("answer" / Optional(answer), Terminated),
        Kind.AUTH: Struct("answer" / Optional(answer), Terminated),
    }
    return forms[kind]


def _properties(found: Any) -> Properties:
    if found is None:
        return ()
    return tuple(
        (Property(item.identifier), tuple(item.value) if isinstance(item.value, list) else item.value)
        for item in found["items"]
    )


def _written(properties: Properties) -> dict[str, Any]:
    return {"items": [{"identifier": int(identifier), "value": value} for identifier, value in properties]}


def parse_body(kind: Kind, body: bytes, level: int) -> Packet:
    """The packet that a body of a kind is; not PUBLISH.

    Raises:
        ConstructError: it is none.
        UnicodeDecodeError: a text is no UTF-8.
    """
    read = _READ.get(kind)
    found = grammar(kind, level).parse(body)
    if read is not None:
        return read(found)
    reason, properties = (found.answer.reason, _properties(found.answer.properties)) if found.answer else (0, ())
    if kind is Kind.DISCONNECT:
        return Disconnect(reason, properties)
    if kind is Kind.AUTH:
        return Auth(reason, properties)
    return Acknowledgement(kind, found.packet_id, reason, properties)


def _connect(found: Any) -> Connect:
    flags = found.flags
    if not flags.will and (flags.will_qos or flags.will_retain):
        raise ConstructError("a QoS or retain of a will that is not there")  # MQTT-3.1.2-11, -13, -15
    if found.level < 5 and flags.password and not flags.username:
        raise ConstructError("a password without a user name")  # MQTT-3.1.2-22; allowed in 5
    will = None
    if flags.will:
        will = Publish(
            found.will_topic,
            found.will_payload,
            flags.will_qos,
            flags.will_retain,
            properties=_properties(found.will_properties),
        )
    return Connect(
        found.client_id,
        found.keepalive_s,
        flags.clean,
        will,
        found.username,
        found.password,
        found.level,
        _properties(found.properties),
    )


def _subscription(item: Any) -> Subscription:
    options = item.options
    return Subscription(
        item.topic_filter, options.qos, options.no_local, options.retain_as_published, options.retain_handling
    )


def _connect_fields(packet: Connect) -> dict[str, Any]:
    will = packet.will
    return {
        "protocol": LEVELS[packet.level],
        "level": packet.level,
        "flags": {
            "username": packet.username is not None,
            "password": packet.password is not None,
            "will_retain": will is not None and will.retain,
            "will_qos": will.qos if will else 0,
            "will": will is not None,
            "clean": packet.clean,
            "reserved": False,
        },
        "keepalive_s": packet.keepalive_s,
        "properties": _written(packet.properties),
        "client_id": packet.client_id,
        "will_properties": _written(will.properties) if will else None,
        "will_topic": will.topic if will else None,
        "will_payload": will.payload if will else None,
        "username": packet.username,
        "password": packet.password,
    }


_READ: dict[Kind, Callable[[Any], Packet]] = {
    Kind.CONNECT: _connect,
    Kind.CONNACK: lambda found: Connack(bool(found.flags), found.code, _properties(found.properties)),
    Kind.SUBSCRIBE: lambda found: Subscribe(
        found.packet_id, tuple(_subscription(item) for item in found["items"]), _properties(found.properties)
    ),
    Kind.SUBACK: lambda found: Suback(found.packet_id, found.codes, _properties(found.properties)),
    Kind.UNSUBSCRIBE: lambda found: Unsubscribe(found.packet_id, tuple(found["items"]), _properties(found.properties)),
    Kind.UNSUBACK: lambda found: Unsuback(found.packet_id, found.codes or b"", _properties(found.properties)),
    Kind.PINGREQ: lambda found: Ping(Kind.PINGREQ),
    Kind.PINGRESP: lambda found: Ping(Kind.PINGRESP),
}


def _options(item: Subscription) -> dict[str, Any]:
    return {
        "topic_filter": item.topic_filter,
        "options": {
            "reserved": 0,
            "retain_handling": item.retain_handling,
            "retain_as_published": item.retain_as_published,
            "no_local": item.no_local,
            "qos": item.qos,
        },
    }


def _fields(packet: Packet, level: int) -> dict[str, Any]:
    if isinstance(packet, Connect):
        return _connect_fields(packet)
    if isinstance(packet, Ping):
        return {}
    fields: dict[str, Any] = {"properties": _written(packet.properties)}
    if isinstance(packet, (Acknowledgement, Disconnect, Auth)):
        is_bare = level < 5 or (not packet.reason and not packet.properties)
        fields["answer"] = None if is_bare else fields | {"reason": packet.reason}
    elif isinstance(packet, Connack):
        fields |= {"flags": int(packet.session_present), "code": packet.code}
    elif isinstance(packet, (Suback, Unsuback)):
        fields["codes"] = packet.codes
    elif isinstance(packet, Unsubscribe):
        fields["items"] = list(packet.topic_filters)
    elif isinstance(packet, Subscribe):
        fields["items"] = [_options(item) for item in packet.subscriptions]
    return fields | {"packet_id": getattr(packet, "packet_id", None)}


def build_body(packet: Packet, level: int) -> bytes:
    """The body of a packet; not of PUBLISH.

    Raises:
        ConstructError: a value does not fit into its place.
    """
    built: bytes = grammar(packet.kind, level).build(_fields(packet, level))
    return built
