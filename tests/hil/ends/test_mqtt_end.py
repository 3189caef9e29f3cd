# SPDX-License-Identifier: Apache-2.0
"""The observing broker in virtual time: what it answers, what it passes on, what it tells."""

from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from xky.hil.ends.mqtt import MqttEnd
from xky.hil.ends.mqtt_observer import content_of
from xky.protocol import InputError
from xky.protocol.uplinks.messages import MqttMessage
from xky.protocol.uplinks.mqtt_packets import (
    Acknowledgement,
    Auth,
    Connect,
    Kind,
    Ping,
    Property,
    Suback,
    Subscribe,
    Subscription,
    Unsubscribe,
    property_of,
)

from .mqtt_peer import LEVELS, WILL, Peer, acknowledgement, facts


@pytest.fixture
def env() -> simpy.Environment:
    return simpy.Environment()


@pytest.fixture
def end(env: simpy.Environment) -> MqttEnd:
    return MqttEnd(env)


@LEVELS
def test_a_connect_is_told_with_its_will_and_without_its_credentials(end: MqttEnd, level: int) -> None:
    peer = Peer(end, level)
    answer = peer.connect(keepalive_s=30, will=WILL, username="bob", password=b"s3cret")
    assert (answer.code, answer.session_present) == (0, False)
    (told,) = facts(end, "connect")
    assert told == {
        "client_id": "winky", "level": level, "keepalive_s": 30, "clean": True, "expiry_s": 0, "has_username": True,
        "has_password": True,
        "will": {"topic": "winky/LWT", "payload": b"Offline", "qos": 1, "retain": True, "delay_s": 0},
    }  # fmt: skip
    assert facts(end, "connected") == [{"client_id": "winky", "session_present": False}]
    assert (end.credentials_seen, end.usernames_seen) == ([b"s3cret"], [b"bob"])
    assert "s3cret" not in repr(end.events)
    assert "bob" not in repr(end.events)


@LEVELS
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_publish_is_told_as_the_device_said_it(end: MqttEnd, level: int, qos: int) -> None:
    peer = Peer(end, level)
    peer.connect()
    answers = peer.publish("tele/winky/SENSOR", b'{"METER": {"P": 5}}', qos, retain=True)
    (payload,) = end.payloads
    assert (payload.source, payload.content) == ("tele/winky/SENSOR", {"METER": {"P": 5}})
    assert payload.facts == {
        "client_id": "winky", "qos": qos, "retain": True, "dup": False, "packet_id": 5 if qos else None,
        "repeats": False, "taken": True,
    }  # fmt: skip
    assert answers == ([], [acknowledgement("PUBACK", 5)], [acknowledgement("PUBREC", 5)])[qos]
    if qos == 2:
        assert peer.say(acknowledgement("PUBREL", 5)) == [acknowledgement("PUBCOMP", 5)]
    assert [(each["packet_id"], each["qos"]) for each in facts(end, "acknowledged")] == ([(5, qos)] if qos else [])


def test_qos_2_said_again_before_its_release_is_one_message(end: MqttEnd) -> None:
    listener, peer = Peer(end), Peer(end)
    listener.connect("listener")
    listener.subscribe("#", qos=2)
    peer.connect()
    for dup in (False, True):
        peer.publish("a", qos=2, dup=dup)
    peer.say(acknowledgement("PUBREL", 5))
    peer.publish("a", b"2", qos=2)
    assert [payload for _, payload, _, _ in listener.messages] == [b"1", b"2"]
    assert [payload.facts["repeats"] for payload in end.payloads] == [False, True, False]


@LEVELS
@pytest.mark.parametrize("published", [0, 1, 2])
@pytest.mark.parametrize("asked", [0, 1, 2])
def test_the_qos_of_a_publication_is_never_raised(end: MqttEnd, level: int, published: int, asked: int) -> None:
    listener = Peer(end, level)
    listener.connect()
    assert list(listener.subscribe("a/+", qos=asked)) == [asked]
    end.publish("a/b", "x", published)
    assert listener.messages == [("a/b", b"x", min(published, asked), False)]


def test_overlapping_filters_deliver_once_at_the_highest_of_their_qos(end: MqttEnd) -> None:
    listener = Peer(end)
    listener.connect()
    listener.subscribe("#", "o/+", qos=0)
    listener.subscribe("o/a", qos=1)
    end.publish("o/a", b"x", 2)
    end.publish("$SYS/uptime", b"1")
    assert listener.messages == [("o/a", b"x", 1, False)]


def test_retained_messages_go_once_to_a_new_subscriber_until_an_empty_one_clears_them(env: simpy.Environment) -> None:
    end = MqttEnd(env, retained_before=[MqttMessage("cfg/a", b"old", 1)])
    peer, late, later = Peer(end), Peer(end), Peer(end)
    peer.connect("peer")
    peer.publish("x/LWT", b"Online", qos=1, retain=True)
    late.connect("late")
    late.subscribe("x/#", "x/LWT", "cfg/+", qos=1)
    assert sorted(late.messages) == [("cfg/a", b"old", 1, True), ("x/LWT", b"Online", 1, True)]
    peer.publish("x/LWT", b"", retain=True)
    later.connect("later")
    later.subscribe("#")
    assert [topic for topic, *_ in later.messages] == ["cfg/a"]
    assert late.messages[-1] == ("x/LWT", b"", 0, False)
    assert len(end.payloads) == 2, "what stood there before the start is no payload"


def test_retain_handling_and_retain_as_published_of_level_5_are_kept(end: MqttEnd) -> None:
    end.publish("a", b"1", 0, True)
    peer = Peer(end, 5)
    peer.connect()
    peer.subscribe("a", retain_handling=2)
    assert peer.messages == []
    peer.subscribe("a", retain_handling=1)
    assert peer.messages == []
    peer.subscribe("a", retain_as_published=True)
    end.publish("a", b"2", 0, True)
    assert peer.messages == [("a", b"1", 0, True), ("a", b"2", 0, True)]
    peer.subscribe("b", no_local=True)
    peer.publish("b")
    assert len(peer.messages) == 2


@pytest.mark.parametrize(
    ("level", "asked", "told"),
    [(3, 5, 5), (4, 2, 2), (4, 0x87, 5), (4, 0x97, 3), (5, 3, 0x88), (5, 5, 0x87), (5, 0x97, 0x97)],
)
def test_a_refusal_is_told_in_the_codes_of_the_client_s_level(end: MqttEnd, level: int, asked: int, told: int) -> None:
    end.refuse_with = asked
    peer = Peer(end, level)
    assert peer.connect(will=WILL).code == told
    assert peer.is_closed
    assert facts(end, "refused") == [{"client_id": "winky", "code": told}]
    assert (facts(end, "lost"), facts(end, "will_published"), end.clients) == ([], [], ())


@pytest.mark.parametrize(("level", "clean", "code"), [(3, True, 2), (4, False, 2), (4, True, 0), (5, False, 0)])
def test_a_client_without_a_name_gets_one_where_its_level_allows(
    end: MqttEnd, level: int, clean: bool, code: int
) -> None:
    answer = Peer(end, level).connect("", clean=clean)
    assert answer.code == code
    assert end.clients == (() if code else ("nameless-1",))
    if level == 5:
        assert property_of(answer.properties, Property.ASSIGNED_CLIENT_ID) == "nameless-1"


def test_a_level_that_does_not_exist_is_refused_in_a_form_that_all_can_read(end: MqttEnd) -> None:
    peer = Peer(end)
    (answer,) = peer.say(b"\x10\x0c\x00\x04MQTT\x06\x02\x00\x00\x00\x00")
    assert (answer.code, peer.is_closed) == (1, True)


def test_filters_that_mqtt_forbids_are_refused_one_by_one(end: MqttEnd) -> None:
    for level, codes in ((4, [0, 0x80, 0x80]), (5, [0, 0x8F, 0x9E])):
        peer = Peer(end, level)
        peer.connect()
        assert list(peer.subscribe("a/+", "a/#/b", "$share/g/a")) == codes
    old = Peer(end, 3)
    old.connect("old")
    old.say(Subscribe(1, (Subscription("a/#/b"),)))
    assert old.is_closed


def test_unsubscribing_ends_what_was_heard(end: MqttEnd) -> None:
    peer = Peer(end, 5)
    peer.connect()
    peer.subscribe("a")
    (answer,) = peer.say(Unsubscribe(3, ("a", "b")))
    assert answer.codes == bytes([0, 0x11])
    end.publish("a", b"1")
    assert peer.messages == []
    assert facts(end, "unsubscribed") == [{"client_id": "winky", "filters": ["a", "b"]}]


def test_what_is_on_the_way_is_no_more_than_the_client_takes(end: MqttEnd) -> None:
    peer = Peer(end, 5)
    peer.connect(properties=((Property.RECEIVE_MAXIMUM, 2), (Property.MAXIMUM_PACKET_SIZE, 100)))
    peer.subscribe("#", qos=2)
    for number in range(4):
        end.publish("a", str(number), 1 + number % 2)
    end.publish("a", b"x" * 100)
    assert [payload for _, payload, _, _ in peer.messages] == [b"0", b"1"]
    peer.say(acknowledgement("PUBACK", 1))
    assert [payload for _, payload, _, _ in peer.messages] == [b"0", b"1", b"2"]
    assert peer.say(acknowledgement("PUBREC", 2)) == [acknowledgement("PUBREL", 2)]
    peer.say(acknowledgement("PUBCOMP", 2))
    assert [payload for _, payload, _, _ in peer.messages] == [b"0", b"1", b"2", b"3"]


def test_topic_aliases_and_message_expiry_of_level_5(env: simpy.Environment, end: MqttEnd) -> None:
    peer = Peer(end, 5)
    peer.connect()
    alias = (Property.TOPIC_ALIAS, 3)
    peer.publish("a", properties=(alias, (Property.MESSAGE_EXPIRY_S, 10)), retain=True)
    peer.publish("", b"2", properties=(alias,))
    assert [payload.source for payload in end.payloads] == ["a", "a"]
    env.run(until=4)
    listener = Peer(end, 5)
    listener.connect("listener")
    listener.subscribe("a")
    assert listener.heard[-1].properties == ((Property.MESSAGE_EXPIRY_S, 6),)
    env.run(until=11)
    listener.subscribe("a")
    assert len(listener.messages) == 1
    peer.publish("", properties=((Property.TOPIC_ALIAS, 4),))
    assert peer.is_closed


def test_an_end_that_does_not_acknowledge_takes_the_message_all_the_same(end: MqttEnd) -> None:
    end.acknowledges = False
    peer = Peer(end)
    peer.connect()
    assert peer.publish("a", qos=1) == []
    assert peer.publish("a", qos=2) == []
    assert (len(end.payloads), facts(end, "acknowledged")) == (2, [])


def test_a_silent_end_answers_nothing_and_says_what_came(env: simpy.Environment, end: MqttEnd) -> None:
    there = Peer(end)
    there.connect("there", keepalive_s=10)
    end.is_silent = True
    late = Peer(end)
    assert late.say(Connect("late")) == []
    assert there.publish("a", qos=1) == there.say(Ping()) == []
    assert [payload.facts["taken"] for payload in end.payloads] == [False]
    assert [each["client_id"] for each in facts(end, "connect")] == ["there", "late"]
    env.run(until=60)
    assert not there.is_closed
    end.is_silent = False
    assert there.say(Ping()) == [Ping(Kind.PINGRESP)]


@pytest.mark.parametrize("keeps", [True, False])
def test_an_end_that_was_away_keeps_sessions_and_retained_messages_if_told(env: simpy.Environment, keeps: bool) -> None:
    end = MqttEnd(env, keeps_over_restart=keeps)
    peer = Peer(end)
    peer.connect(clean=False, will=WILL)
    peer.subscribe("a")
    peer.publish("kept", retain=True)
    end.down_for(30)
    assert (peer.is_closed, Peer(end).is_closed, end.clients) == (True, True, ())
    env.run(until=31)
    again = Peer(end)
    assert again.connect(clean=False).session_present is keeps
    assert ("kept" in end.retained) is keeps
    assert [event.kind for event in end.events if event.kind in ("down", "back", "lost", "will_published")] == [
        "down", "lost", "back",
    ]  # fmt: skip


def test_a_packet_that_may_not_come_ends_the_connection_and_is_told(end: MqttEnd) -> None:
    first = Peer(end)
    first.publish("a")
    second = Peer(end)
    second.connect()
    second.say(Suback(1, b"\0"))
    third = Peer(end, 5)
    third.connect("third")
    third.say(Auth(0x18))
    assert [first.is_closed, second.is_closed, third.is_closed] == [True, True, True]
    assert end.payloads == []
    assert [each["reason"] for each in facts(end, "unreadable")] == [
        "PUBLISH before CONNECT", "SUBACK from a client that was let in", "AUTH from a client that was let in",
    ]  # fmt: skip
    fourth = Peer(end, 5)
    assert fourth.connect("x", properties=((Property.AUTHENTICATION_METHOD, "x"),)).code == 0x8C


@given(st.lists(st.binary(max_size=30), max_size=5), st.sampled_from([None, 3, 4, 5]))
def test_any_bytes_end_in_an_event_at_worst(chunks: list[bytes], level: int | None) -> None:
    end = MqttEnd(simpy.Environment())
    peer = Peer(end, level or 4)
    if level is not None:
        peer.connect(will=WILL)
    peer.say(*chunks)
    assert peer.is_closed or not facts(end, "unreadable")
    assert len(facts(end, "unreadable")) <= 1


@pytest.mark.parametrize(
    ("payload", "content"),
    [
        (b'{"a": [1, null]}', {"a": [1, None]}),
        (b"12", 12),
        (b"000012", "000012"),
        (b"NaN", "NaN"),
        (b"Offline", "Offline"),
        (b"\xff\x00", "\\xff\x00"),
        (b"[" * 100_000, "[" * 100_000),
        (b"9" * 5000, "9" * 5000),
        (b"", ""),
    ],
)
def test_a_payload_says_a_json_value_or_its_text(payload: bytes, content: Any) -> None:
    assert content_of(payload) == content


def test_the_bench_publishes_on_topics_only(end: MqttEnd) -> None:
    with pytest.raises(InputError, match="wildcard"):
        end.publish("cmnd/+", b"1")


def test_a_client_s_acknowledgement_of_nothing_is_answered_and_changes_nothing(end: MqttEnd) -> None:
    peer = Peer(end, 5)
    peer.connect()
    assert peer.say(acknowledgement("PUBACK", 9)) == []
    assert peer.say(acknowledgement("PUBREL", 9)) == [Acknowledgement(Kind.PUBCOMP, 9, 0x92)]
