# SPDX-License-Identifier: Apache-2.0
"""What is there may be no broker: it is told where that is certain, and noted where it is likely."""

import socket

import pytest
import simpy

from xky.boards import board_named
from xky.emulator.runner import RealTime
from xky.hil.bench.probes import ProbeContext, open_probe
from xky.hil.ends import mqtt_upstream
from xky.hil.ends.end import End
from xky.hil.ends.mqtt_address import broker_address
from xky.hil.ends.mqtt_greeting import said_instead_of_mqtt
from xky.protocol import BenchError, Mode
from xky.protocol.uplinks.mqtt import encode
from xky.protocol.uplinks.mqtt_packets import Connack, Connect

from ...answering import answering

CONNACK, REFUSAL = encode(Connack()), encode(Connack(code=5))
HTTP, SSH, MAIL = b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"220 mail ready\r\n"


@pytest.mark.parametrize("pieces", [(CONNACK,), (CONNACK[:1], CONNACK[1:]), (REFUSAL,), ()])
def test_a_broker_that_lets_in_refuses_or_hangs_up_is_one(pieces: tuple[bytes, ...]) -> None:
    with answering(*pieces) as port:
        assert said_instead_of_mqtt(broker_address(f"mqtt://bob:s3cret@127.0.0.1:{port}")) is None


@pytest.mark.parametrize("said", [HTTP, SSH, MAIL, b"\x15\x03\x03\x00\x02\x02\x46", b"\x30", b"\x20\xff"])
def test_a_server_that_says_something_else_is_none(said: bytes) -> None:
    with answering(said) as port:
        assert said_instead_of_mqtt(broker_address(f"mqtt://127.0.0.1:{port}")) == said


def test_a_server_that_says_nothing_may_be_a_slow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_upstream, "_OPEN_S", 0.05)
    with answering(stays=True) as port:
        assert said_instead_of_mqtt(broker_address(f"mqtt://127.0.0.1:{port}")) is None


def test_a_probe_at_another_server_says_what_it_heard() -> None:
    with answering(HTTP) as port:
        probe = open_probe(f"mqtt://bob:s3cret@127.0.0.1:{port}")
        env = simpy.Environment()
        try:
            probe.open(ProbeContext(env, RealTime(env), board_named("eky"), Mode.STANDARD, 1.0))
            with pytest.raises(BenchError, match="no MQTT broker") as told:
                probe.check()
        finally:
            probe.close()
    assert str(told.value) == (
        f"mqtt://***@127.0.0.1:{port}: a server answers there that is no MQTT broker "
        "(it said b'HTTP/1.1 400 Bad Request'); mend the address"
    )


@pytest.mark.parametrize(("answer", "notes"), [
    (b"", ["what is there answered nobody who asked to be let in; is it an MQTT broker?"]),
    (CONNACK, []),
    (REFUSAL, []),
])  # fmt: skip
def test_a_server_that_answered_nobody_is_noted(answer: bytes, notes: list[str]) -> None:
    env = simpy.Environment()
    runner = RealTime(env)
    with answering(*([answer] if answer else [])) as port:
        probe = open_probe(f"mqtt://127.0.0.1:{port}")
        try:
            probe.open(ProbeContext(env, runner, board_named("eky"), Mode.STANDARD, 1.0))
            assert probe.notes == []
            device = socket.create_connection(probe.fields["{mqtt}"].split(":"))
            device.sendall(encode(Connect("device")))
            end = probe.end
            assert isinstance(end, End)
            runner.run(lambda: {event.kind for event in end.events} & {"lost", "connected", "refused"} != set())
            device.close()
            assert probe.notes == [f"mqtt://127.0.0.1:{port}: {note}" for note in notes]
        finally:
            probe.close()
