# SPDX-License-Identifier: Apache-2.0
"""MQTT packets, both ways, at the levels 3, 4 and 5, and a stream of them in any pieces."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as PahoProperties

from xky.protocol import InputError
from xky.protocol.uplinks.mqtt import PacketReader, decode, encode
from xky.protocol.uplinks.mqtt_grammar import build_body
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
)
from xky.protocol.uplinks.mqtt_properties import IN_WILL, wrong_with_properties

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(CHARACTERS, max_size=12)
TOPICS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0+#"), min_size=1, max_size=20)
NUMBERS = st.integers(1, 65_535)
LEVELS = st.sampled_from([3, 4, 5])
FORMS: dict[Property, st.SearchStrategy[Any]] = {
    **dict.fromkeys(Property, st.integers(0, 1)),
    **dict.fromkeys(
        (Property.MESSAGE_EXPIRY_S, Property.SESSION_EXPIRY_S, Property.WILL_DELAY_S), st.integers(0, 0xFFFF_FFFF)
    ),
    **dict.fromkeys((Property.SERVER_KEEPALIVE_S, Property.TOPIC_ALIAS_MAXIMUM), st.integers(0, 65_535)),
    **dict.fromkeys((Property.RECEIVE_MAXIMUM, Property.TOPIC_ALIAS), NUMBERS),
    Property.MAXIMUM_PACKET_SIZE: st.integers(1, 0xFFFF_FFFF),
    Property.SUBSCRIPTION_IDENTIFIER: st.integers(1, 268_435_455),
    **dict.fromkeys((Property.CORRELATION_DATA, Property.AUTHENTICATION_DATA), st.binary(max_size=9)),
    **dict.fromkeys(
        (
            Property.CONTENT_TYPE,
            Property.RESPONSE_TOPIC,
            Property.ASSIGNED_CLIENT_ID,
            Property.AUTHENTICATION_METHOD,
            Property.RESPONSE_INFORMATION,
            Property.SERVER_REFERENCE,
            Property.REASON_STRING,
        ),
        TEXTS,
    ),
    Property.USER_PROPERTY: st.tuples(TEXTS, TEXTS),
}


def allowed(kind: int) -> list[Property]:
    """Properties that may stand in a packet."""
    return [each for each in Property if wrong_with_properties(((each, 1),), kind) is None]


@st.composite
def properties(draw: st.DrawFn, kind: int, level: int) -> tuple[tuple[Property, Any], ...]:
    if level < 5 or not allowed(kind):
        return ()
    chosen = draw(st.lists(st.sampled_from(allowed(kind)), unique=True, max_size=4))
    return tuple((each, draw(FORMS[each])) for each in chosen)


@st.composite
def packets(draw: st.DrawFn, level: int) -> Any:
    kind = draw(st.sampled_from([kind for kind in Kind if kind != Kind.AUTH or level == 5]))
    held = draw(properties(kind, level))
    number = draw(NUMBERS)
    codes = draw(st.binary(min_size=1, max_size=4))
    reason = draw(st.integers(0, 255)) if level == 5 else 0
    if kind == Kind.PUBLISH:
        qos = draw(st.integers(0, 2))
        retain, dup = draw(st.booleans()), bool(qos) and draw(st.booleans())
        payload = draw(st.binary(max_size=200))
        return Publish(draw(TOPICS), payload, qos, retain, dup, number if qos else None, held)
    if kind == Kind.CONNECT:
        message = Publish(
            draw(TOPICS),
            draw(st.binary(max_size=30)),
            draw(st.integers(0, 2)),
            draw(st.booleans()),
            properties=draw(properties(IN_WILL, level)),
        )
        username = draw(st.none() | TEXTS)
        password = draw(st.none() | st.binary(max_size=9)) if username is not None or level == 5 else None
        will = draw(st.none() | st.just(message))
        keepalive_s = draw(st.integers(0, 65_535))
        return Connect(draw(TEXTS), keepalive_s, draw(st.booleans()), will, username, password, level, held)
    if kind == Kind.SUBSCRIBE:
        options = (
            st.tuples(st.booleans(), st.booleans(), st.integers(0, 2)) if level == 5 else st.just((False, False, 0))
        )
        items = st.builds(lambda text, qos, rest: Subscription(text, qos, *rest), TEXTS, st.integers(0, 2), options)
        return Subscribe(number, tuple(draw(st.lists(items, min_size=1, max_size=3))), held)
    made = {
        Kind.CONNACK: Connack(draw(st.booleans()), draw(st.integers(0, 255)), held),
        Kind.SUBACK: Suback(number, codes, held),
        Kind.UNSUBSCRIBE: Unsubscribe(number, tuple(draw(st.lists(TEXTS, min_size=1, max_size=3))), held),
        Kind.UNSUBACK: Unsuback(number, codes if level == 5 else b"", held),
        Kind.PINGREQ: Ping(Kind.PINGREQ),
        Kind.PINGRESP: Ping(Kind.PINGRESP),
        Kind.DISCONNECT: Disconnect(reason, held),
        Kind.AUTH: Auth(reason, held),
    }
    return made.get(kind) or Acknowledgement(kind, number, reason, held)


STREAMS = LEVELS.flatmap(lambda level: st.tuples(st.just(level), st.lists(packets(level), min_size=1, max_size=4)))


@given(STREAMS, st.lists(st.integers(0, 4000), max_size=8))
def test_what_was_written_is_read_again_however_the_stream_is_cut(stream: Any, cuts: list[int]) -> None:
    level, said = stream
    data = b"".join(encode(packet, level) for packet in said)
    reader, heard = PacketReader(level), []
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(places):
        heard += reader.feed(data[start:end])
    assert heard == said
    assert reader.kept_bytes == 0


@given(STREAMS, st.data())
def test_bytes_that_are_spoilt_raise_nothing_and_keep_no_more_than_a_packet(stream: Any, data: st.DataObject) -> None:
    level, said = stream
    spoilt = bytearray(b"".join(encode(packet, level) for packet in said))
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    reader = PacketReader(level, packet_bytes_max=300)
    for packet in reader.feed(bytes(spoilt)):
        assert isinstance(packet, Malformed) or encode(packet, reader.level)
    assert reader.kept_bytes <= 305


@given(st.integers(0, 255), st.binary(max_size=40), LEVELS)
def test_any_bytes_are_a_packet_that_can_be_said_again_or_malformed(first: int, body: bytes, level: int) -> None:
    packet = decode(first, body, level)
    if not isinstance(packet, Malformed):
        again = PacketReader(level).feed(encode(packet, level))
        assert again == [packet]


@given(LEVELS, NUMBERS)
def test_the_fast_path_of_acknowledgements_says_what_the_grammar_says(level: int, number: int) -> None:
    for kind in (Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP):
        packet = Acknowledgement(kind, number)
        body = build_body(packet, level)
        first = kind << 4 | (2 if kind is Kind.PUBREL else 0)
        assert encode(packet, level) == bytes([first, 2]) + body == bytes([first, 2]) + number.to_bytes(2, "big")
        assert decode(first, body, level) == packet


PAHO_KINDS = {
    **{kind: getattr(PacketTypes, kind.name) for kind in Kind if not kind.name.startswith("PING")},
    IN_WILL: PacketTypes.WILLMESSAGE,
}


@pytest.mark.parametrize("kind", PAHO_KINDS)
def test_properties_stand_in_the_packets_where_paho_has_them(kind: int) -> None:
    table = PahoProperties(PAHO_KINDS[kind]).properties
    assert {int(each) for each in allowed(kind)} == {
        identifier for identifier, (_, kinds) in table.items() if PAHO_KINDS[kind] in kinds
    }


@given(properties(Kind.CONNACK, 5))
def test_paho_reads_the_properties_that_were_written(held: Any) -> None:
    body = build_body(Connack(False, 0, held), 5)
    read = PahoProperties(PacketTypes.CONNACK)
    read.unpack(body[2:])
    found = read.json()
    names = {identifier: name.replace(" ", "") for name, identifier in read.names.items()}
    for identifier, value in held:
        said = found[names[identifier]]
        assert said == ([value] if identifier == Property.USER_PROPERTY else value)


def test_bytes_of_the_standard_s_own_example_of_connect() -> None:
    body = bytes.fromhex("00044d51545404ce000a") + b"\0\1c" + b"\0\1t" + b"\0\1w" + b"\0\1u" + b"\0\1p"
    packet = PacketReader().feed(bytes([0x10, len(body)]) + body)[0]  # flags of 3.1.1 figure 3.6, retain left out
    assert packet == Connect("c", 10, True, Publish("t", b"w", 1), "u", b"p")
    assert "'u'" not in repr(packet)
    assert "'p'" not in repr(packet)


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b"\x30\x00", Reason.MALFORMED_PACKET, "ends before"),
        (b"\x30\x03\x00\x01+", Reason.MALFORMED_PACKET, "wildcard"),
        (b"\x30\x02\x00\x00", Reason.MALFORMED_PACKET, "empty"),
        (b"\x36\x05\x00\x01a\x00\x01", Reason.MALFORMED_PACKET, "QoS 3"),
        (b"\x38\x03\x00\x01a", Reason.MALFORMED_PACKET, "DUP with QoS 0"),
        (b"\x32\x05\x00\x01a\x00\x00", Reason.PROTOCOL_ERROR, "packet identifier 0"),
        (b"\x30\x04\x00\x02\xff\xfe", Reason.MALFORMED_PACKET, "no UTF-8"),
        (b"\x80\x05\x00\x01\x00\x00\x00", Reason.MALFORMED_PACKET, "flags 0000"),
        (b"\x82\x02\x00\x01", Reason.PROTOCOL_ERROR, "no filter"),
        (b"\x82\x06\x00\x01\x00\x01a\x03", Reason.MALFORMED_PACKET, "SUBSCRIBE"),
        (b"\x82\x06\x00\x01\x00\x01a\x04", Reason.PROTOCOL_ERROR, "options of MQTT 5"),
        (b"\xf0\x00", Reason.MALFORMED_PACKET, "type 15"),
        (b"\x00\x00", Reason.MALFORMED_PACKET, "type 0"),
        (b"\x10\x0c\x00\x04MQTT\x06\x02\x00\x00\x00\x00", Reason.UNSUPPORTED_PROTOCOL_VERSION, "level 6"),
        (b"\x10\x0c\x00\x04MQTT\x04\x03\x00\x00\x00\x00", Reason.MALFORMED_PACKET, "CONNECT"),
        (b"\x10\x0f\x00\x04MQTT\x04\x42\x00\x00\x00\x00\x00\x01p", Reason.MALFORMED_PACKET, "password"),
        (b"\xff\xff\xff\xff\xff\x01", Reason.MALFORMED_PACKET, "more than four bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_bytes_is_told(data: bytes, code: int, reason: str) -> None:
    (found,) = PacketReader().feed(data)
    assert isinstance(found, Malformed)
    assert (found.code, reason in found.reason) == (code, True), found


def test_a_packet_over_the_bound_is_skipped_and_what_follows_is_read() -> None:
    reader = PacketReader(packet_bytes_max=100)
    data = encode(Publish("a", b"x" * 5000)) + encode(Publish("b", b"1"))
    heard = [packet for byte in data for packet in reader.feed(bytes([byte])) if reader.kept_bytes <= 110]
    assert [type(packet) for packet in heard] == [Malformed, Publish]
    assert heard[0].code == Reason.PACKET_TOO_LARGE


@pytest.mark.parametrize(
    ("packet", "level"),
    [
        (Publish("a/+"), 4),
        (Publish(""), 5),
        (Publish("a", qos=1), 4),
        (Publish("a", properties=((Property.WILL_DELAY_S, 1),)), 5),
        (Subscribe(1, ()), 4),
        (Auth(), 4),
        (Connect("a", 70_000), 4),
        (Acknowledgement(Kind.PUBACK, 0), 4),
        (Acknowledgement(Kind.PUBACK, 65_536), 4),
        (Connect("\ud800"), 4),
        (Disconnect(0, ((Property.REASON_STRING, "no"),)), 4),
    ],
)
def test_values_that_are_no_packet_are_an_input_error_of_one_line(packet: Any, level: int) -> None:
    with pytest.raises(InputError) as told:
        encode(packet, level)
    assert "\n" not in str(told.value)
