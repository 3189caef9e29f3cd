# SPDX-License-Identifier: Apache-2.0
"""The proxy before a real broker, and paho-mqtt driven by the bench's runner: what only sockets can show."""

import datetime
import ipaddress
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import simpy
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from xky.emulator.runner import RealTime
from xky.hil.ends.end import End
from xky.hil.ends.mqtt import MqttEnd
from xky.hil.ends.mqtt_address import BrokerAddress
from xky.hil.ends.mqtt_paho import PahoMqtt
from xky.hil.ends.mqtt_proxy import MqttProxy
from xky.hil.ends.tcp_server import TcpServer
from xky.protocol import BenchError, InputError
from xky.protocol.uplinks.messages import MqttMessage, MqttSession

from .mosquitto import needs_mosquitto, running_mosquitto

pytestmark = pytest.mark.realtime


@pytest.fixture
def runner() -> Iterator[RealTime]:
    runner = RealTime(simpy.Environment())
    yield runner
    runner.close()


def play(runner: RealTime, env: simpy.Environment, process: Any, limit_s: float = 10) -> Any:
    running = env.process(process)
    env.timeout(limit_s)
    runner.restart()
    runner.run(lambda: running.processed or env.now >= limit_s)
    assert running.processed
    return running.value


def dialogue(runner: RealTime, end: End, *sessions: MqttSession) -> list[Any]:
    """What each session is answered; who is let in publishes and leaves."""
    server = TcpServer(end, runner)
    network = PahoMqtt(end.env, runner, server.host, server.port)

    def device() -> Any:
        answers = []
        for session in sessions:
            answer = yield network.connect(session) | end.env.timeout(3)
            answer = next(iter(answer.values()), None)
            answers.append(answer if isinstance(answer, int) else getattr(answer, "is_open", None))
            if answers[-1] is True:
                yield answer.publish(MqttMessage("a/b", b"1", 1))
                answer.close()
        yield end.env.timeout(0.1)
        return answers

    try:
        return list(play(runner, end.env, device()))
    finally:
        network.close()
        server.close()


@pytest.mark.parametrize(("code", "told"), [(1, [1, 1, 0x84]), (2, [2, 2, 0x85]), (5, [5, 5, 0x87])])
def test_paho_tells_refusals_in_the_codes_of_the_wire(runner: RealTime, code: int, told: list[int]) -> None:
    end = MqttEnd(runner._env)
    end.refuse_with = code
    assert dialogue(runner, end, *(MqttSession("winky", level=level) for level in (3, 4, 5))) == told


def test_without_paho_one_line_says_what_to_install(runner: RealTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt", None)
    with pytest.raises(InputError, match=r"pip install 'xky-hil\[uplinks\]'"):
        PahoMqtt(runner._env, runner, "127.0.0.1", 1)


def test_a_broker_that_is_not_there_is_the_bench_s_fault_in_one_line(runner: RealTime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(BenchError) as told:
        MqttProxy(runner._env, runner, BrokerAddress("127.0.0.1", port, False, "bob", "secret"))
    shown, _, wrong = str(told.value).partition(": ")
    assert shown == f"mqtt://***@127.0.0.1:{port}"
    assert wrong == "the broker cannot be reached (Connection refused); start it, or give another address"


@needs_mosquitto
def test_a_broker_that_goes_away_is_told_and_refuses_like_one(runner: RealTime, tmp_path: Path) -> None:
    with running_mosquitto(tmp_path) as port:
        proxy = MqttProxy(runner._env, runner, BrokerAddress("127.0.0.1", port))
    assert dialogue(runner, proxy, *[MqttSession("winky")] * 3) == [-1, -1, -1]
    assert [event.kind for event in proxy.events] == ["unreachable"] * 3


@needs_mosquitto
def test_a_real_refusal_passes_and_topics_beside_the_filter_are_no_payloads(runner: RealTime, tmp_path: Path) -> None:
    with running_mosquitto(tmp_path, "allow_zero_length_clientid false\n") as port:
        proxy = MqttProxy(runner._env, runner, BrokerAddress("127.0.0.1", port, topic_filter="other/#"))
        sessions = MqttSession(""), MqttSession("", level=5), MqttSession("winky")
        assert dialogue(runner, proxy, *sessions) == [2, 0x80, True]  # 0x85 is but a MAY (5 §3.1.3.1)
        proxy.close()
    assert proxy.payloads == []
    assert [event.facts["code"] for event in proxy.events if event.kind == "refused"] == [2, 0x80]


@needs_mosquitto
def test_the_bench_s_own_credentials_watch_for_wills_and_a_refusal_of_them_is_told(
    runner: RealTime, tmp_path: Path
) -> None:
    session = MqttSession("winky", will=MqttMessage("w", b"0"))
    with running_mosquitto(tmp_path, anonymous="false") as port:
        proxy = MqttProxy(runner._env, runner, BrokerAddress("127.0.0.1", port, False, "bench", "s3cret"))
        assert dialogue(runner, proxy, session) == [5]
        proxy.close()
    assert sorted(event.kind for event in proxy.events) == ["connect", "refused", "unwatched"]
    assert "s3cret" not in repr(proxy.events) + repr(proxy.address)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    began = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files[1].write_bytes(private)
    return files


@needs_mosquitto
def test_mqtts_goes_through_tls_to_a_broker_that_is_trusted_and_to_no_other(runner: RealTime, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with running_mosquitto(tmp_path, f"certfile {cert}\nkeyfile {key}\nuser root\n") as port:
        address = BrokerAddress("127.0.0.1", port, is_tls=True)
        with pytest.raises(BenchError, match="certificate verify failed"):
            MqttProxy(runner._env, runner, address)
        proxy = MqttProxy(runner._env, runner, address, ssl.create_default_context(cafile=str(cert)))
        big = MqttSession("winky", will=MqttMessage("w", b"x" * 60_000))
        assert dialogue(runner, proxy, big) == [True]
        proxy.close()
    assert [payload.source for payload in proxy.payloads] == ["a/b"]
