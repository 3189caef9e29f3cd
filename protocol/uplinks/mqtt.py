# SPDX-License-Identifier: Apache-2.0
"""MQTT 3.1, 3.1.1 and 5 as bytes: packets to bytes, and a stream of bytes in any pieces to packets.

PUBLISH and plain acknowledgements are made and taken apart here, by slices; the other bodies by ``mqtt_grammar``, and
kept, for a board that wakes says the same CONNECT thousands of times. Bad bytes are ``Malformed`` values; nothing is
raised out of a stream. A packet over the bound is skipped as it comes, never kept.
"""

from functools import lru_cache

from construct import ConstructError

from xky.protocol.errors import InputError

from .mqtt_grammar import build_body, parse_body
from .mqtt_packets import (
    LEVELS,
    Acknowledgement,
    Connect,
    Kind,
    Malformed,
    Packet,
    Properties,
    Property,
    Publish,
    Reason,
    Suback,
    Subscribe,
    Unsubscribe,
    property_of,
)
from .mqtt_properties import IN_WILL, PROPERTIES, VARIABLE_MAX, wrong_with_properties
from .mqtt_topics import wrong_with_topic

__all__ = ["PACKET_BYTES_MAX", "PacketReader", "decode", "encode"]

PACKET_BYTES_MAX = 1 << 20
"""Bytes of a packet unless told; MQTT itself allows 256 MiB (§2.2.3), no gateway comes near."""

_KEPT_BYTES_MAX = 1024  # bodies that are remembered
_TWO = (Kind.PUBREL, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE)  # their fixed headers say 0010 (§2.2.2)
_ACKNOWLEDGEMENTS = {kind.value: kind for kind in (Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP)}
_KINDS = {kind.value: kind for kind in Kind}


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    if size > VARIABLE_MAX:
        raise InputError(f"an MQTT packet of {size} bytes; expected {VARIABLE_MAX} at most")
    digits = bytearray()
    while size > 0x7F:
        digits.append(size & 0x7F | 0x80)
        size >>= 7
    digits.append(size)
    return bytes(digits)


def encode(packet: Packet, level: int = 4) -> bytes:
    """The bytes of a packet at a protocol level, 3, 4 or 5; a CONNECT knows its own.

    Raises:
        InputError: its values do not fit into a packet.
    """
    if type(packet) is Publish:
        return _encode_publish(packet, level)
    if type(packet) is Acknowledgement and not packet.reason and not packet.properties:
        number = packet.packet_id
        if packet.kind in _ACKNOWLEDGEMENTS and 0 < number < 0x10000:
            return bytes((packet.kind << 4 | (2 if packet.kind == 6 else 0), 2, number >> 8, number & 0xFF))
    return _encode_other(packet, level)


def _encode_publish(packet: Publish, level: int) -> bytes:
    topic = packet.topic
    is_named = topic or (level == 5 and property_of(packet.properties, Property.TOPIC_ALIAS))
    wrong = wrong_with_topic(topic) if topic or not is_named else None
    if wrong is not None:
        raise InputError(f"MQTT topic {topic[:100]!r}: {wrong}")
    name = topic.encode()
    flags, number = 0x30 | packet.qos << 1 | packet.retain, b""
    if packet.qos:
        if packet.qos > 2 or not 0 < (packet.packet_id or 0) < 0x10000:
            raise InputError(f"an MQTT PUBLISH with QoS {packet.qos} and packet identifier {packet.packet_id}")
        flags |= packet.dup << 3
        number = (packet.packet_id or 0).to_bytes(2, "big")
    properties = b""
    if level == 5:
        properties = _encode_properties(packet.properties) if packet.properties else b"\0"
    size = 2 + len(name) + len(number) + len(properties) + len(packet.payload)
    return b"".join(
        (bytes((flags,)), _length(size), len(name).to_bytes(2, "big"), name, number, properties, packet.payload)
    )


def _encode_properties(properties: Properties) -> bytes:
    wrong = wrong_with_properties(properties, Kind.PUBLISH)
    if wrong is not None:
        raise InputError(f"MQTT PUBLISH: {wrong}")
    try:
        items = [{"identifier": int(identifier), "value": value} for identifier, value in properties]
        return bytes(PROPERTIES.build({"items": items}))
    except (ConstructError, UnicodeEncodeError) as error:
        raise InputError(f"MQTT PUBLISH: its properties cannot be written ({_line(error)})") from None


@lru_cache(maxsize=512)
def _encode_other(packet: Packet, level: int) -> bytes:
    kind = packet.kind
    if isinstance(packet, Connect):
        level = packet.level
    try:
        if level not in LEVELS or (kind is Kind.AUTH and level < 5):
            raise ConstructError(f"protocol level {level} does not have it")
        wrong = _wrong_with_body(packet, level)
        if wrong is not None:
            raise ConstructError(wrong)
        body = build_body(packet, level)
    except (ConstructError, UnicodeEncodeError) as error:
        raise InputError(f"MQTT {kind.name} cannot be written: {_line(error)}") from None
    return bytes((kind << 4 | (2 if kind in _TWO else 0),)) + _length(len(body)) + body


def decode(first: int, body: bytes, level: int = 4) -> Packet | Malformed:
    """The packet of a first byte and a body.

    Args:
        first: type and flags (§2.2.1).
        body: what stands behind the length.
        level: protocol level of the connection; a CONNECT knows its own.
    """
    if first & 0xF0 == 0x30:
        return _decode_publish(first, body, level)
    if len(body) == 2 and (kind := _ACKNOWLEDGEMENTS.get(first >> 4)) and first & 0x0F == (2 if kind == 6 else 0):
        number = body[0] << 8 | body[1]
        if number:
            return Acknowledgement(kind, number)
    if len(body) <= _KEPT_BYTES_MAX:
        return _decode_kept(first, body, level)
    return _decode_other(first, body, level)


def _decode_publish(first: int, body: bytes, level: int) -> Packet | Malformed:
    size, qos = len(body), first >> 1 & 3
    at = 2 + (body[0] << 8 | body[1]) if size >= 2 else 2
    properties: Properties = ()
    number = None
    try:
        topic = body[2:at].decode()
        if qos:
            at += 2
            number = body[at - 2] << 8 | body[at - 1] if at <= size else None
        if level == 5 and at < size and body[at] == 0:
            at += 1
        elif level == 5:
            properties, at = _decode_properties(body, at)
    except (ConstructError, UnicodeDecodeError) as error:
        return Malformed(f"PUBLISH: {_line(error)}", size)
    if at > size:
        return Malformed("PUBLISH: ends before its topic or packet identifier does", size)
    wrong, code = None, int(Reason.MALFORMED_PACKET)
    if qos == 3 or (first & 8 and not qos and level > 3):  # MQTT-3.3.1-2; 3.1 is silent on it
        wrong = "PUBLISH: QoS 3" if qos == 3 else "PUBLISH: DUP with QoS 0"
    elif number == 0:
        wrong, code = "PUBLISH: packet identifier 0", Reason.PROTOCOL_ERROR
    elif not topic and level == 5 and property_of(properties, Property.TOPIC_ALIAS):
        wrong = None
    elif not topic or "+" in topic or "#" in topic or "\0" in topic:
        wrong = f"PUBLISH: its topic {wrong_with_topic(topic)}"
    if wrong is None and properties:
        wrong, code = wrong_with_properties(properties, Kind.PUBLISH), Reason.PROTOCOL_ERROR
    if wrong is not None:
        return Malformed(wrong, size, code)
    return Publish(topic, body[at:], qos, bool(first & 1), bool(first & 8), number, properties)


def _decode_properties(body: bytes, at: int) -> tuple[Properties, int]:
    """Properties that begin at a place, and the place behind them."""
    end, value = at, 0
    for shift in (0, 7, 14, 21):
        if end >= len(body):
            raise ConstructError("ends before its properties do")
        digit = body[end]
        value |= (digit & 0x7F) << shift
        end += 1
        if not digit & 0x80:
            break
    found = PROPERTIES.parse(body[at : end + value])
    properties = tuple(
        (Property(item.identifier), tuple(item.value) if isinstance(item.value, list) else item.value)
        for item in found["items"]
    )
    return properties, end + value


@lru_cache(maxsize=512)
def _decode_kept(first: int, body: bytes, level: int) -> Packet | Malformed:
    return _decode_other(first, body, level)


def _decode_other(first: int, body: bytes, level: int) -> Packet | Malformed:
    kind = _KINDS.get(first >> 4)
    if kind is None or (kind is Kind.AUTH and level < 5):
        return Malformed(f"packet type {first >> 4} does not exist at level {level}", len(body))
    flags, due = first & 0x0F, 2 if kind in _TWO else 0
    if flags != due and not (level == 3 and flags & 7 == due):  # 3.1 allows DUP there
        return Malformed(f"{kind.name}: flags {flags:04b} in its fixed header; expected {due:04b}", len(body))
    if kind is Kind.CONNECT:
        level = _level_of(body)
        if level not in LEVELS:
            return Malformed(
                f"CONNECT: protocol level {level}; expected 3, 4 or 5", len(body), Reason.UNSUPPORTED_PROTOCOL_VERSION
            )
    try:
        packet = parse_body(kind, body, level)
    except (ConstructError, UnicodeDecodeError) as error:
        return Malformed(f"{kind.name}: {_line(error)}", len(body))
    wrong = _wrong_with_body(packet, level)
    return packet if wrong is None else Malformed(f"{kind.name}: {wrong}", len(body), Reason.PROTOCOL_ERROR)


def _level_of(body: bytes) -> int:
    """What a CONNECT says behind its protocol's name; 0 where it says nothing."""
    at = 2 + int.from_bytes(body[:2], "big")
    return body[at] if body[2:at] in (b"MQTT", b"MQIsdp") and at < len(body) else 0


def _wrong_with_body(packet: Packet, level: int) -> str | None:
    """What values that fit their places must not say together."""
    wrong = None
    if isinstance(packet, Subscribe):
        options = ((item.no_local, item.retain_as_published, item.retain_handling) for item in packet.subscriptions)
        if not packet.subscriptions:
            wrong = "no filter"  # MQTT-3.8.3-3
        elif level < 5 and any(any(option) for option in options):
            wrong = "options of MQTT 5"  # MQTT-3-8.3-4
    elif isinstance(packet, Unsubscribe) and not packet.topic_filters:
        wrong = "no filter"  # MQTT-3.10.3-2
    elif isinstance(packet, Suback) and not packet.codes:
        wrong = "no code"
    elif isinstance(packet, Connect) and packet.will is not None:
        wrong = wrong_with_topic(packet.will.topic)
        wrong = f"the topic of its will {wrong}" if wrong else wrong_with_properties(packet.will.properties, IN_WILL)
    properties: Properties = getattr(packet, "properties", ())
    if wrong is None and properties:
        wrong = f"properties at level {level}" if level < 5 else wrong_with_properties(properties, packet.kind)
    return wrong


def _line(error: Exception) -> str:
    """What construct says of it, in one line, without the bytes."""
    if isinstance(error, UnicodeError):
        return "a text that is no UTF-8"
    text = str(error).strip().splitlines()
    return text[-1][:120] if text and len(text) == 1 else "it does not have the form of such a packet"


class PacketReader:
    """Bytes of one direction of a connection, in any pieces, to packets.

    Args:
        level: protocol level, where it is known; a CONNECT that is read tells it, too.
        packet_bytes_max: packets with more behind their length are skipped, and told as ``Malformed``.

    Attributes:
        is_lost: nothing can be read any more.
    """

    def __init__(self, level: int = 4, *, packet_bytes_max: int = PACKET_BYTES_MAX) -> None:
        self.level = level
        self.is_lost = False
        self._max = packet_bytes_max
        self._kept = bytearray()
        self._wanted = 0
        self._skip = 0

    @property
    def kept_bytes(self) -> int:
        """Bytes of a packet that has not ended yet."""
        return len(self._kept)

    def feed(self, data: bytes) -> list[Packet | Malformed]:
        """What ended with these bytes, in order."""
        size = len(data) - 2
        if 0 <= size < 0x80 and data[1] == size <= self._max and not (self._skip or self._kept or self.is_lost):
            packet = decode(data[0], data[2:], self.level)  # just one, and a short one: as most are
            if type(packet) is Connect:
                self.level = packet.level
            return [packet]
        found: list[Packet | Malformed] = []
        if self._skip:
            data, self._skip = data[self._skip :], max(self._skip - len(data), 0)
        if self._kept:
            self._kept += data
            if len(self._kept) < self._wanted:
                return found
            data = bytes(self._kept)
            self._kept.clear()
        at = self._wanted = 0
        while at < len(data) and not self.is_lost:
            length = self._read_length(data, at + 1)
            if length is None:
                break
            size, start = length
            if size > self._max:
                found.append(Malformed(f"a packet of {size} bytes; {self._max} at most", size, Reason.PACKET_TOO_LARGE))
                self._skip = max(start + size - len(data), 0)
                at = start + size
                continue
            if size < 0:
                self.is_lost = True
                found.append(Malformed("a length of more than four bytes", is_framing_lost=True))
                return found
            if start + size > len(data):
                self._wanted = start + size - at
                break
            packet = decode(data[at], data[start : start + size], self.level)
            if type(packet) is Connect:
                self.level = packet.level
            found.append(packet)
            at = start + size
        if not self.is_lost and at < len(data):
            self._kept += data[at:]
        return found

    @staticmethod
    def _read_length(data: bytes, at: int) -> tuple[int, int] | None:
        """A packet's length and where its body begins; a negative one cannot be read; None has not ended."""
        size = 0
        for shift in (0, 7, 14, 21):
            if at >= len(data):
                return None
            digit = data[at]
            at += 1
            size |= (digit & 0x7F) << shift
            if digit < 0x80:
                return size, at
        return -1, at
