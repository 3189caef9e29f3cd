# SPDX-License-Identifier: Apache-2.0
"""What every MQTT end must observe: the bench's own broker, and a real mosquitto behind the proxy, of one dialogue."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import simpy

from xky.emulator.runner import RealTime
from xky.hil.ends.end import End
from xky.hil.ends.mqtt import MqttEnd
from xky.hil.ends.mqtt_address import BrokerAddress
from xky.hil.ends.mqtt_paho import PahoMqtt
from xky.hil.ends.mqtt_proxy import MqttProxy
from xky.hil.ends.mqtt_virtual import VirtualMqtt
from xky.hil.ends.tcp_server import TcpServer
from xky.protocol.uplinks.messages import MqttMessage, MqttSession

from ..hil.ends.mosquitto import needs_mosquitto, running_mosquitto

pytestmark = pytest.mark.realtime

WILL = MqttMessage("winky/LWT", b"Offline", 1, True)
KEEPALIVE_S = 1


@dataclass
class Bench:
    """An end, how a device reaches it, and a way to let time pass."""

    end: Any
    network: Any
    env: simpy.Environment
    runner: RealTime | None

    def play(self, process: Any, limit_s: float = 20.0) -> Any:
        """Let a process run to its end."""
        running = self.env.process(process)
        if self.runner is None:
            return self.env.run(running)
        self.runner.restart()
        limit = self.env.now + limit_s
        stop = self.env.timeout(limit_s + 1)
        self.runner.run(lambda: running.processed or self.env.now > limit)
        assert running.processed, f"not done after {limit_s} s; {stop}"
        return running.value


@pytest.fixture(params=["own broker, virtual", "own broker", pytest.param("mosquitto", marks=needs_mosquitto)])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    env = simpy.Environment()
    if request.param == "own broker, virtual":
        own = MqttEnd(env)
        yield Bench(own, VirtualMqtt(own), env, None)
        return
    if request.param == "own broker":
        runner = RealTime(env, speed=4)  # the keepalives of both sides keep to the bench's clock
        yield from _served(MqttEnd(env), env, runner)
        return
    runner = RealTime(env)
    with running_mosquitto(tmp_path) as port:
        proxy = MqttProxy(env, runner, BrokerAddress("127.0.0.1", port))
        yield from _served(proxy, env, runner)
        proxy.close()


def _served(end: End, env: simpy.Environment, runner: RealTime) -> Iterator[Bench]:
    server = TcpServer(end, runner)
    network = PahoMqtt(env, runner, server.host, server.port)
    yield Bench(end, network, env, runner)
    network.close()
    server.close()
    runner.close()


def facts(end: End, kind: str) -> list[dict[str, Any]]:
    return [dict(event.facts) for event in end.events if event.kind == kind]


@pytest.mark.parametrize("level", [3, 4, 5])
def test_a_dialogue_is_observed_alike(bench: Bench, level: int) -> None:
    heard: list[MqttMessage] = []

    def device() -> Any:
        session = MqttSession("winky", 60, True, WILL, "bob", "s3cret", level)
        link = yield bench.network.connect(session)
        assert link.is_open
        link.subscribe("cmnd/#", heard.append)
        yield link.publish(MqttMessage("winky/LWT", b"Online", 1, True))
        yield link.publish(MqttMessage("tele/winky/SENSOR", b'{"METER": {"P": 5}}', 2))
        yield link.publish(MqttMessage("cmnd/winky/POWER", b"ON"))
        for _ in range(100):
            if heard:
                break
            yield bench.env.timeout(0.02)
        link.close()
        yield bench.env.timeout(0.2)

    bench.play(device())
    end = bench.end
    assert heard == [MqttMessage("cmnd/winky/POWER", b"ON")]
    assert [(each.source, each.content) for each in end.payloads] == [
        ("winky/LWT", "Online"), ("tele/winky/SENSOR", {"METER": {"P": 5}}), ("cmnd/winky/POWER", "ON"),
    ]  # fmt: skip
    told = [{key: value for key, value in each.facts.items() if key != "packet_id"} for each in end.payloads]
    same = {"client_id": "winky", "dup": False, "repeats": False, "taken": True}
    assert told == [
        {**same, "qos": 1, "retain": True},
        {**same, "qos": 2, "retain": False},
        {**same, "qos": 0, "retain": False},
    ]
    numbers = [each.facts["packet_id"] for each in end.payloads]
    assert [each["packet_id"] for each in facts(end, "acknowledged")] == numbers[:2]
    assert numbers[2] is None
    will = {"topic": "winky/LWT", "payload": b"Offline", "qos": 1, "retain": True, "delay_s": 0}
    assert facts(end, "connect") == [
        {
            "client_id": "winky", "level": level, "keepalive_s": 60, "clean": True, "expiry_s": 0, "will": will,
            "has_username": True, "has_password": True,
        }
    ]  # fmt: skip
    assert facts(end, "connected") == [{"client_id": "winky", "session_present": False}]
    assert facts(end, "subscribed") == [{"client_id": "winky", "filters": [("cmnd/#", 0, 0)]}]
    assert facts(end, "delivered") == [
        {"client_id": "winky", "topic": "cmnd/winky/POWER", "payload": b"ON", "qos": 0, "retain": False, "dup": False}
    ]
    assert facts(end, "disconnected") == [{"client_id": "winky", "reason": 0, "with_will": False}]
    others = {"connect", "connected", "subscribed", "delivered", "acknowledged", "disconnected"}
    assert [event for event in end.events if event.kind not in others] == []
    assert (end.credentials_seen, end.usernames_seen) == ([b"s3cret"], [b"bob"])
    assert "s3cret" not in repr(end.events) + repr(end.payloads)


def test_silence_is_ended_by_the_broker_and_the_will_is_published(bench: Bench) -> None:
    def device() -> Any:
        link = yield bench.network.connect(MqttSession("winky", KEEPALIVE_S, True, WILL))
        yield link.publish(MqttMessage("winky/LWT", b"Online", 1, True))
        yield bench.env.timeout(2 * KEEPALIVE_S)
        assert link.is_open, "a link pings"
        bench.network.cut()
        for _ in range(80):
            if facts(bench.end, "will_published"):
                break
            yield bench.env.timeout(0.1)
        yield bench.env.timeout(0.2)

    bench.play(device())
    assert facts(bench.end, "lost") == [{"client_id": "winky", "how": "silence"}]
    assert facts(bench.end, "will_published") == [
        {"client_id": "winky", "topic": "winky/LWT", "payload": b"Offline", "qos": 1, "retain": True}
    ]


def test_a_connection_that_breaks_publishes_the_will(bench: Bench) -> None:
    if bench.runner is None:
        pytest.skip("without sockets, a board that loses its power or its network is silent")

    def device() -> Any:
        link = yield bench.network.connect(MqttSession("winky", 60, True, WILL, level=5))
        yield link.publish(MqttMessage("winky/LWT", b"Offline", 1))  # the same words, said by the device itself
        bench.network.close()
        for _ in range(50):
            if facts(bench.end, "will_published"):
                break
            yield bench.env.timeout(0.05)
        yield bench.env.timeout(0.2)

    bench.play(device())
    assert facts(bench.end, "lost") == [{"client_id": "winky", "how": "cut"}]
    assert facts(bench.end, "will_published") == [
        {"client_id": "winky", "topic": "winky/LWT", "payload": b"Offline", "qos": 1, "retain": True}
    ]


def test_a_client_id_that_comes_again_takes_over(bench: Bench) -> None:
    def device() -> Any:
        older = yield bench.network.connect(MqttSession("winky"))
        newer = yield bench.network.connect(MqttSession("winky"))
        yield older.lost
        yield bench.env.timeout(0.2)
        assert (older.is_open, newer.is_open) == (False, True)

    bench.play(device())
    assert facts(bench.end, "lost") == [{"client_id": "winky", "how": "taken_over"}]
    assert [event.kind for event in bench.end.events][:3] == ["connect", "connected", "connect"]


def test_an_end_that_goes_away_is_lost_and_found_again(bench: Bench) -> None:
    def device() -> Any:
        link = yield bench.network.connect(MqttSession("winky"))
        bench.end.down_for(0.5)
        yield link.lost
        assert (yield bench.network.connect(MqttSession("winky"))) == -1
        yield bench.env.timeout(0.6)
        link = yield bench.network.connect(MqttSession("winky"))
        assert link.is_open
        bench.end.is_silent = True
        waiting = bench.network.connect(MqttSession("other"))
        yield waiting | bench.env.timeout(0.3)
        assert not waiting.triggered

    bench.play(device())
    kinds = [event.kind for event in bench.end.events]
    assert kinds == ["connect", "connected", "down", "lost", "back", "connect", "connected", "connect"]
