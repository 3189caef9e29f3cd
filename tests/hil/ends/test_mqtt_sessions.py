# SPDX-License-Identifier: Apache-2.0
"""The observing broker over time: sessions, wills, keepalives."""

from itertools import product

import pytest
import simpy

from xky.hil.ends.mqtt import MqttEnd
from xky.protocol.uplinks.mqtt_packets import Connect, Disconnect, Ping, Property, Publish, Reason

from .mqtt_peer import LEVELS, WILL, Peer, expiring, facts


@pytest.fixture
def env() -> simpy.Environment:
    return simpy.Environment()


@pytest.fixture
def end(env: simpy.Environment) -> MqttEnd:
    return MqttEnd(env)


@LEVELS
def test_a_kept_session_gets_what_it_missed_but_qos_0(end: MqttEnd, level: int) -> None:
    options = {"clean": False, **(expiring(100) if level == 5 else {})}
    first = Peer(end, level)
    assert not first.connect(**options).session_present
    first.subscribe("a", qos=1)
    end.publish("a", b"unacknowledged", 1)
    first.say(Disconnect())
    end.publish("a", b"missed", 1)
    end.publish("a", b"lost", 0)
    again = Peer(end, level)
    assert again.connect(**options).session_present
    said = [(each.payload, each.dup) for each in again.heard if isinstance(each, Publish)]
    assert said == [(b"unacknowledged", True), (b"missed", False)]
    fresh = Peer(end, level)
    assert not fresh.connect().session_present
    assert again.is_closed


def test_a_session_of_level_5_ends_when_it_expires(env: simpy.Environment, end: MqttEnd) -> None:
    for away_s, is_kept in ((9, True), (11, False)):
        peer = Peer(end, 5)
        peer.connect(clean=False, **expiring(10))
        peer.cut()
        env.run(until=env.now + away_s)
        again = Peer(end, 5)
        assert again.connect(clean=False, **expiring(10)).session_present is is_kept
        again.say(Disconnect(0, ((Property.SESSION_EXPIRY_S, 0),)))


@LEVELS
def test_one_connection_a_client_id_the_older_is_closed_and_its_will_published(end: MqttEnd, level: int) -> None:
    older, newer, other = Peer(end, level), Peer(end, level), Peer(end, level)
    other.connect("other")
    other.subscribe("#")
    older.connect(will=WILL)
    newer.connect()
    assert (older.is_closed, newer.is_closed) == (True, False)
    assert facts(end, "lost") == [{"client_id": "winky", "how": "taken_over"}]
    assert other.messages == [("winky/LWT", b"Offline", 0, False)]
    assert end.clients == ("other", "winky")
    if level == 5:
        assert older.heard[-1] == Disconnect(Reason.SESSION_TAKEN_OVER)


@pytest.mark.parametrize(
    ("level", "ending"),
    [*product((3, 4, 5), ("cut", "silence", "violation", "goodbye")), (5, "goodbye with will")],
)
def test_a_will_is_published_at_every_end_but_a_clean_one(
    env: simpy.Environment, end: MqttEnd, level: int, ending: str
) -> None:
    peer = Peer(end, level)
    peer.connect(will=WILL, keepalive_s=10)
    env.run(until=14)
    peer.say(Ping())
    env.run(until=28.9)
    assert not peer.is_closed
    if ending == "cut":
        peer.cut()
    elif ending == "silence":
        env.run(until=29.1)
        assert peer.is_closed
    elif ending == "violation":
        peer.say(Connect("winky", level=level))
        assert peer.is_closed
    else:
        peer.say(Disconnect(Reason.DISCONNECT_WITH_WILL if "will" in ending else 0))
    published = {"client_id": "winky", "topic": "winky/LWT", "payload": b"Offline", "qos": 1, "retain": True}
    assert facts(end, "will_published") == ([] if ending == "goodbye" else [published])
    how = {"cut": "cut", "silence": "silence", "violation": "protocol_error"}.get(ending)
    assert [each["how"] for each in facts(end, "lost")] == ([how] if how else [])
    assert len(facts(end, "disconnected")) == (how is None)
    assert ("winky/LWT" in end.retained) is (ending != "goodbye")


@pytest.mark.parametrize(
    ("delay_s", "expiry_s", "back_s", "is_clean", "published_s"),
    [
        (5, 100, None, False, 5),
        (5, 2, None, False, 2),
        (5, 0, None, False, 0),
        (5, 100, 3, False, None),
        (5, 100, 3, True, 3),  # the session it belonged to has ended
        (5, 100, 8, False, 5),
    ],
)
def test_a_will_waits_for_its_delay_or_the_end_of_its_session(
    env: simpy.Environment, end: MqttEnd, delay_s: int, expiry_s: int, back_s: int | None, is_clean: bool,
    published_s: int | None,
) -> None:  # fmt: skip
    peer = Peer(end, 5)
    peer.connect(will=Publish("w", properties=((Property.WILL_DELAY_S, delay_s),)), **expiring(expiry_s))
    peer.cut()
    if back_s is not None:
        env.run(until=back_s)
        Peer(end, 5).connect(clean=is_clean, **expiring(100))
    env.run(until=50)
    assert [event.at_s for event in end.events if event.kind == "will_published"] == (
        [] if published_s is None else [published_s]
    )


def test_a_keepalive_of_0_is_never_enforced_and_a_client_that_says_nothing_is_sent_away(
    env: simpy.Environment, end: MqttEnd
) -> None:
    patient, mute = Peer(end), Peer(end)
    patient.connect()
    env.run(until=10_000)
    assert (patient.is_closed, mute.is_closed) == (False, True)


def test_timers_of_connections_do_not_keep_the_clock_alive(env: simpy.Environment, end: MqttEnd) -> None:
    peer = Peer(end)
    peer.connect(keepalive_s=10)
    env.run(until=5)
    peer.say(Disconnect())
    env.run()
    assert env.now < 100


def test_a_will_that_waits_is_that_of_the_last_connection(env: simpy.Environment, end: MqttEnd) -> None:
    will = Publish("w", properties=((Property.WILL_DELAY_S, 5),))
    for lost_s in (0, 4):
        env.run(until=lost_s) if lost_s else None
        peer = Peer(end, 5)
        peer.connect(clean=False, will=will, **expiring(100))
        peer.cut()
    env.run(until=50)
    assert [event.at_s for event in end.events if event.kind == "will_published"] == [9]


def test_what_waits_for_a_client_that_is_away_is_bounded(end: MqttEnd) -> None:
    peer = Peer(end)
    peer.connect(clean=False)
    peer.subscribe("a", qos=1)
    peer.say(Disconnect())
    for number in range(1100):
        end.publish("a", str(number), 1)
    again = Peer(end)
    again.connect(clean=False)
    assert [payload for _, payload, _, _ in again.messages] == [str(number).encode() for number in range(1000)]
