# SPDX-License-Identifier: Apache-2.0
"""A simulated board's MQTT link in virtual time."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import simpy

from xky.hil.ends.mqtt import MqttEnd
from xky.hil.ends.mqtt_virtual import VirtualMqtt
from xky.protocol.uplinks.messages import MqttMessage, MqttSession

Play = Callable[[Any], Any]


@pytest.fixture
def end() -> MqttEnd:
    return MqttEnd(simpy.Environment())


def play(end: MqttEnd, process: Iterator[Any]) -> Any:
    return end.env.run(end.env.process(process))  # type: ignore[arg-type]


def test_who_is_refused_gets_the_code_and_who_finds_nobody_minus_one(end: MqttEnd) -> None:
    network = VirtualMqtt(end)

    def board() -> Any:
        end.refuse_with = 5
        codes = []
        for level in (3, 4, 5):
            codes.append((yield network.connect(MqttSession("winky", level=level))))
        end.refuse_with = None
        end.go_down()
        return [*codes, (yield network.connect(MqttSession("winky")))]

    assert play(end, board()) == [5, 5, 0x87, -1]


def test_a_silent_broker_never_answers_and_a_link_gives_it_up_after_two_keepalives(end: MqttEnd) -> None:
    network = VirtualMqtt(end)

    def board() -> Any:
        link = yield network.connect(MqttSession("winky", 10))
        end.is_silent = True
        never = network.connect(MqttSession("other"))
        done = link.publish(MqttMessage("a", b"1", 1))
        yield link.lost
        return end.env.now, never.triggered, done.triggered, link.is_open

    assert play(end, board()) == (20, False, False, False)


def test_publications_are_done_when_they_are_acknowledged(end: MqttEnd) -> None:
    network = VirtualMqtt(end)

    def board() -> Any:
        link = yield network.connect(MqttSession("winky"))
        for qos in (0, 1, 2):
            yield link.publish(MqttMessage("a", b"1", qos))
        end.acknowledges = False
        waiting = [link.publish(MqttMessage("a", b"1", qos)) for qos in (0, 1, 2)]
        yield end.env.timeout(100)
        return [each.triggered for each in waiting]

    assert play(end, board()) == [True, False, False]
    assert [each.facts["qos"] for each in end.payloads] == [0, 1, 2, 0, 1, 2]


def test_a_board_without_power_is_silent_and_a_network_that_goes_is_noticed(end: MqttEnd) -> None:
    network = VirtualMqtt(end)

    def board() -> Any:
        cut = yield network.connect(MqttSession("cut", 10))
        network.cut()
        dropped = yield network.connect(MqttSession("dropped", 10))
        network.drop()
        yield dropped.lost
        yield end.env.timeout(100)
        return cut.lost.triggered, cut.is_open, dropped.is_open

    assert play(end, board()) == (False, False, False)
    lost = [(event.at_s, event.facts["client_id"]) for event in end.events if event.kind == "lost"]
    assert lost == [(15, "cut"), (15, "dropped")]


def test_messages_of_every_qos_are_heard_once(end: MqttEnd) -> None:
    network, heard = VirtualMqtt(end), []

    def board() -> Any:
        link = yield network.connect(MqttSession("winky", clean=False, level=5))
        link.subscribe("cmnd/#", lambda message: heard.append(message.payload))
        for qos in (0, 1, 2):
            end.publish("cmnd/POWER", str(qos), qos)
        end.publish("other", "3")
        link.close()
        link.close()
        assert not link.lost.triggered
        return (yield network.connect(MqttSession("winky", clean=False, level=5)))

    assert play(end, board()).is_open
    assert heard == [b"0", b"1", b"2"]
    assert [event.facts["session_present"] for event in end.events if event.kind == "connected"] == [False, True]


def test_the_same_board_gives_the_same_bytes_and_events(end: MqttEnd) -> None:
    def told() -> Any:
        own = MqttEnd(simpy.Environment())
        network = VirtualMqtt(own)

        def board() -> Any:
            for number in range(5):
                link = yield network.connect(MqttSession("", 10, will=MqttMessage("w", b"0")))
                link.publish(MqttMessage("a", str(number).encode(), 2))
                network.cut()
            yield own.env.timeout(60)

        play(own, board())
        return own.events, own.payloads

    assert told() == told()
