# SPDX-License-Identifier: Apache-2.0
"""MQTT packets as the standards' text has them, byte for byte: both ways with one mistake would be no test."""

from typing import Any

import pytest

from xky.protocol import InputError
from xky.protocol.uplinks.mqtt import PacketReader, decode, encode
from xky.protocol.uplinks.mqtt_packets import (
    Acknowledgement,
    Auth,
    Connack,
    Connect,
    Disconnect,
    Kind,
    Malformed,
    Ping,
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

REFUSED = ((Property.REASON_STRING, "no"),)
LIMITS = ((Property.RECEIVE_MAXIMUM, 10), (Property.RETAIN_AVAILABLE, 0))
TWO = ((Property.MESSAGE_EXPIRY_S, 9), (Property.USER_PROPERTY, ("k", "v")))
WILL = Publish("t", b"w", 2, True, properties=((Property.WILL_DELAY_S, 5),))
PACKETS: list[tuple[Any, int, str]] = [
    (Ping(), 4, "c0 00"),
    (Ping(Kind.PINGRESP), 4, "d0 00"),
    (Acknowledgement(Kind.PUBACK, 0x1234), 4, "40 02 12 34"),
    (Acknowledgement(Kind.PUBREC, 0x1234), 4, "50 02 12 34"),
    (Acknowledgement(Kind.PUBREL, 0x1234), 4, "62 02 12 34"),
    (Acknowledgement(Kind.PUBCOMP, 0x1234), 4, "70 02 12 34"),
    (Acknowledgement(Kind.PUBREC, 0x1234, 0x87), 5, "50 04 12 34 87 00"),
    (Acknowledgement(Kind.PUBACK, 0x1234, 0x80, REFUSED), 5, "40 09 12 34 80 05 1f 00 02 6e 6f"),
    (Connack(True, 0), 4, "20 02 01 00"),
    (Connack(False, 5), 4, "20 02 00 05"),
    (Connack(False, 0x87), 5, "20 03 00 87 00"),
    (Connack(False, 0, LIMITS), 5, "20 08 00 00 05 21 00 0a 25 00"),
    (Subscribe(1, (Subscription("a/b", 1),)), 4, "82 08 00 01 00 03 61 2f 62 01"),
    (
        Subscribe(1, (Subscription("a/b", 2, True, True, 2),), ((Property.SUBSCRIPTION_IDENTIFIER, 300),)),
        5,
        "82 0c 00 01 03 0b ac 02 00 03 61 2f 62 2e",
    ),
    (Suback(1, b"\x01\x80"), 4, "90 04 00 01 01 80"),
    (Unsubscribe(1, ("a/b",)), 4, "a2 07 00 01 00 03 61 2f 62"),
    (Unsuback(1), 4, "b0 02 00 01"),
    (Unsuback(1, b"\x11"), 5, "b0 04 00 01 00 11"),
    (Disconnect(), 4, "e0 00"),
    (Disconnect(), 5, "e0 00"),
    (Disconnect(4), 5, "e0 02 04 00"),
    (Disconnect(0x8B, ((Property.SERVER_REFERENCE, "b"),)), 5, "e0 06 8b 04 1c 00 01 62"),
    (Auth(), 5, "f0 00"),
    (Auth(0x18, ((Property.AUTHENTICATION_METHOD, "m"),)), 5, "f0 06 18 04 15 00 01 6d"),
    (Publish("a", b"12"), 4, "30 05 00 01 61 31 32"),
    (Publish("a", b"\0x"), 4, "30 05 00 01 61 00 78"),
    (Publish("a", b"12", 1, True, True, 0x1234), 4, "3b 07 00 01 61 12 34 31 32"),
    (Publish("a", b"12"), 5, "30 06 00 01 61 00 31 32"),
    (Publish("", b"1", properties=((Property.TOPIC_ALIAS, 5),)), 5, "30 07 00 00 03 23 00 05 31"),
    (
        Publish("a", qos=2, packet_id=7, properties=TWO),
        5,
        "34 12 00 01 61 00 07 0c 02 00 00 00 09 26 00 01 6b 00 01 76",
    ),
    (Connect("c", 60), 4, "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 63"),
    (
        Connect("c", 60, False, None, "u", b"p", 3),
        3,
        "10 15 00 06 4d 51 49 73 64 70 03 c0 00 3c 00 01 63 00 01 75 00 01 70",
    ),
    (
        Connect("c", 60, True, WILL, "u", b"p", 5, ((Property.SESSION_EXPIRY_S, 9),)),
        5,
        "10 25 00 04 4d 51 54 54 05 f6 00 3c 05 11 00 00 00 09 00 01 63"
        " 05 18 00 00 00 05 00 01 74 00 01 77 00 01 75 00 01 70",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("packet", "level", "said"), PACKETS, ids=[f"{said[:5]} {level}" for _, level, said in PACKETS]
)
def test_a_packet_is_these_bytes_and_these_bytes_are_it(packet: Any, level: int, said: str) -> None:
    data = bytes.fromhex(said)
    assert encode(packet, level) == data
    assert PacketReader(level).feed(data) == [packet]
    assert decode(data[0], data[2:], level) == packet


def test_what_is_left_out_of_an_answer_is_success() -> None:
    assert decode(0x40, b"\0\1", 5) == Acknowledgement(Kind.PUBACK, 1)
    assert decode(0x40, b"\0\1\x10", 5) == Acknowledgement(Kind.PUBACK, 1, 0x10)
    assert decode(0xE0, b"\4", 5) == Disconnect(4)


@pytest.mark.parametrize(
    ("size", "length"),
    [
        (3, "03"), (127, "7f"), (128, "80 01"), (16_256, "80 7f"), (16_383, "ff 7f"), (16_384, "80 80 01"),
        (2_097_151, "ff ff 7f"), (2_097_152, "80 80 80 01"),
    ],
)  # fmt: skip
def test_a_length_has_seven_bits_a_byte_and_no_byte_too_many(size: int, length: str) -> None:
    packet = Publish("a", bytes(size - 3))
    data = encode(packet)
    assert data[1 : -size or None] == bytes.fromhex(length)
    assert PacketReader(packet_bytes_max=size).feed(data) == [packet]
    (found,) = PacketReader(packet_bytes_max=size - 1).feed(data)
    assert isinstance(found, Malformed)
    assert found.reason == f"a packet of {size} bytes; {size - 1} at most"


def test_what_is_too_long_is_passed_over_whatever_pieces_it_comes_in() -> None:
    reader, data = PacketReader(packet_bytes_max=100), encode(Publish("a", b"x" * 500)) + encode(Publish("b", b"12"))
    heard = reader.feed(data[:300]) + reader.feed(data[300:]) + reader.feed(encode(Publish("c", b"34")))
    assert [type(packet) for packet in heard] == [Malformed, Publish, Publish]
    assert [packet.topic for packet in heard if isinstance(packet, Publish)] == ["b", "c"]


@pytest.mark.parametrize(
    ("level", "data", "code", "reason"),
    [
        (3, b"\x70\x02\0\0", Reason.MALFORMED_PACKET, "PUBCOMP"),
        (4, b"\x6a\x02\0\1", Reason.MALFORMED_PACKET, "PUBREL: flags 1010 in its fixed header; expected 0010"),
        (3, b"\x68\x02\0\1", Reason.MALFORMED_PACKET, "PUBREL: flags 1000 in its fixed header; expected 0010"),
        (4, b"\xf0\x00", Reason.MALFORMED_PACKET, "packet type 15 does not exist at level 4"),
        (4, b"\x10\x02\x00\x04", Reason.UNSUPPORTED_PROTOCOL_VERSION, "protocol level 0; expected 3, 4 or 5"),
        (4, b"\x10\x06\x00\x04MQTT", Reason.UNSUPPORTED_PROTOCOL_VERSION, "protocol level 0; expected 3, 4 or 5"),
        (5, b"\x30\x09\0\1a\5\x18\0\0\0\1", Reason.PROTOCOL_ERROR, "property WILL_DELAY_S does not belong there"),
        (5, b"\x30\x08\0\1a\4\1\1\1\1", Reason.PROTOCOL_ERROR, "property PAYLOAD_FORMAT stands there twice"),
        (5, b"\x30\x06\0\0\3\x23\0\0", Reason.MALFORMED_PACKET, "PUBLISH"),
        (5, b"\x20\x06\0\0\3\x21\0\0", Reason.MALFORMED_PACKET, "CONNACK"),
        (5, b"\x20\x08\0\0\5\x27\0\0\0\0", Reason.MALFORMED_PACKET, "CONNACK"),
        (5, b"\x20\x05\0\0\2\x25\2", Reason.MALFORMED_PACKET, "CONNACK"),
        (5, b"\x30\x06\0\1a\2\x0b\0", Reason.MALFORMED_PACKET, "PUBLISH"),
        (5, b"\x30\x03\0\1a", Reason.MALFORMED_PACKET, "ends before its properties do"),
        (4, b"\x90\x02\0\1", Reason.PROTOCOL_ERROR, "no code"),
        (4, b"\xa2\x02\0\1", Reason.PROTOCOL_ERROR, "no filter"),
    ],
)  # fmt: skip
def test_what_is_wrong_at_a_level_is_told(level: int, data: bytes, code: int, reason: str) -> None:
    (found,) = PacketReader(level).feed(data)
    assert isinstance(found, Malformed)
    assert (found.code, reason in found.reason, found.is_framing_lost) == (code, True, False), found


def test_the_oldest_level_may_say_again_what_was_said() -> None:
    assert PacketReader(3).feed(b"\x6a\x02\0\1") == [Acknowledgement(Kind.PUBREL, 1)]
    assert PacketReader(3).feed(b"\x38\x03\0\1a") == [Publish("a", dup=True)]


def test_the_greatest_values_have_their_place() -> None:
    held = ((Property.SUBSCRIPTION_IDENTIFIER, 268_435_455),)
    packet = Subscribe(65_535, (Subscription("#"),), held)
    assert PacketReader(5).feed(encode(packet, 5)) == [packet]
    for number in (0, 268_435_456):
        with pytest.raises(InputError, match="MQTT SUBSCRIBE cannot be written"):
            encode(Subscribe(1, (Subscription("#"),), ((Property.SUBSCRIPTION_IDENTIFIER, number),)), 5)
    for number in (None, 0, 65_536):
        with pytest.raises(InputError, match=f"QoS 1 and packet identifier {number}"):
            encode(Publish("a", qos=1, packet_id=number))
    with pytest.raises(InputError, match="QoS 3"):
        encode(Publish("a", qos=3, packet_id=1))


def test_a_wrong_topic_is_shown_up_to_a_hundred_characters() -> None:
    with pytest.raises(InputError) as told:
        encode(Publish("+" * 150))
    assert f"MQTT topic {'+' * 100!r}: " in str(told.value)


def test_the_first_of_a_property_counts() -> None:
    held = ((Property.CONTENT_TYPE, "a"), (Property.USER_PROPERTY, ("k", "v")), (Property.USER_PROPERTY, ("k", "w")))
    assert property_of(held, Property.USER_PROPERTY) == ("k", "v")
    assert property_of(held, Property.TOPIC_ALIAS) is None


def test_no_two_kinds_and_no_two_properties_have_one_number() -> None:
    assert [*Kind] == [*range(1, 16)]
    assert [*Property] == [1, 2, 3, 8, 9, 11, 17, 18, 19, *range(21, 27), 28, 31, *range(33, 43)]
