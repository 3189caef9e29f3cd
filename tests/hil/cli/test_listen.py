# SPDX-License-Identifier: Apache-2.0
"""``xky listen`` as a person meets it: with real clients, broken bytes, and Ctrl-C."""

import contextlib
import json
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from xky.hil.ends.lorawan import TEST_DEVICE
from xky.protocol.uplinks.lorawan import JoinRequest
from xky.protocol.uplinks.messages import RadioFrame
from xky.protocol.uplinks.semtech_udp import Heard, push_data

from ...answering import answering
from ...command import PLAIN, XKY, started, xky

pytestmark = pytest.mark.realtime

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
ENDS_WITHIN_S, PATIENCE_S = 2.0, 60.0


class Listening:
    """A command that runs, and what it prints."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def line(self) -> str:
        """The next line."""
        assert self._process.stdout is not None
        line: str = self._process.stdout.readline()
        assert line, self._process.stderr.read() if self._process.stderr else ""
        return line.rstrip("\n")

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        """JSON lines up to the first of the last kind, of these kinds."""
        found: list[dict[str, Any]] = []
        while not found or found[-1]["event"] != kinds[-1]:
            one = json.loads(self.line())
            if one["event"] in kinds:
                found.append(one)
        return found

    def ended_by_ctrl_c(self) -> int:
        began = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        status = self._process.wait(10)
        assert time.monotonic() - began < ENDS_WITHIN_S
        assert self._process.stderr is not None
        assert self._process.stderr.read() == ""
        return status


@contextlib.contextmanager
def listening(*arguments: str) -> Iterator[Listening]:
    with started([*XKY, "listen", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=PLAIN | {
        "PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"
    }) as process:  # fmt: skip
        patience = threading.Timer(PATIENCE_S, process.kill)  # else a line that never comes is waited for, for ever
        patience.start()
        try:
            yield Listening(process)
        finally:
            patience.cancel()


def published(address: str, *messages: tuple[str, bytes]) -> None:
    host, _, port = address.rpartition(":")
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "hand")
    client.connect(host, int(port))
    client.loop_start()
    for topic, payload in messages:
        client.publish(topic, payload, qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def test_what_is_published_is_told_with_its_reading_and_broken_bytes_are_shown() -> None:
    with listening("mqtt", "--board", str(EXAMPLES / "mqtt-gateway.toml"), "--json") as told:
        [first] = told.told("listening")
        address = first["fields"]["{mqtt}"]
        published(
            address, ("house/linky", b'{"east_kwh": 1.25, "pref": "06"}'), ("house/linky", b'{"east_kwh": 1.'),
            ("house/other", b"\x80\x00"),
        )  # fmt: skip
        good, half, other, _ = told.told("payload", "disconnected")
        assert good["from"] == "house/linky"
        assert good["facts"]["qos"] == 1
        assert good["reading"] == {"EAST": "1.25 × 1000", "PREF": "06"}
        assert (half["reading"], half["remark"]) == (None, '{"east_kwh": 1.')
        assert other["reading"] is None
        with socket.create_connection(address.rsplit(":", 1)) as raw:
            raw.sendall(b"\x10\xff\xff\xff\xff\xff")
            [unreadable] = told.told("unreadable")
        assert unreadable["text"]
        published(address, ("house/linky", b'{"pref": "09"}'))
        [again] = told.told("payload")
        assert again["reading"] == {"PREF": "09"}
        assert told.ended_by_ctrl_c() == 0


def test_what_is_written_is_told_and_a_point_without_fields_is_shown() -> None:
    with listening("influx", "--board", str(EXAMPLES / "influx-gateway.toml"), "--json") as told:
        [first] = told.told("listening")
        url = first["fields"]["{influx}"] + "/write?db=house"
        urllib.request.urlopen(url, b"linky,meter=041861932273 EAST=5i,SINSTS=600i").close()
        [payload] = told.told("payload")
        assert payload["content"]["fields"] == {"EAST": 5, "SINSTS": 600}
        assert payload["reading"] == {"EAST": "5", "SINSTS": "600", "ADSC": "041861932273"}
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(url, b"linky,meter=041861932273")
        [unreadable] = told.told("unreadable")
        assert unreadable["facts"]["rule"] == "missing_fields"
        urllib.request.urlopen(url, b"linky EAST=6i").close()
        [payload] = told.told("payload")
        assert payload["reading"] == {"EAST": "6"}
        assert told.ended_by_ctrl_c() == 0


def test_what_a_gateway_forwards_is_told_and_a_mic_that_does_not_hold_is_shown() -> None:
    request = JoinRequest(TEST_DEVICE.join_eui, TEST_DEVICE.dev_eui, 7).encode(TEST_DEVICE.key)
    wrong = request[:-1] + bytes([request[-1] ^ 1])
    with listening("lorawan", "--json") as told, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gateway:
        [first] = told.told("listening")
        host, _, port = first["fields"]["{lorawan}"].rpartition(":")
        gateway.sendto(b"\x02", (host, int(port)))
        for counter_us, data in ((1, wrong), (9_000_000, request)):
            heard = Heard(RadioFrame(data, 868.5e6, 7), counter_us)
            gateway.sendto(push_data(b"01", "b827ebfffe112233", heard), (host, int(port)))
        unreadable, refused, accepted = told.told("unreadable", "join_refused", "join_accepted")
        assert unreadable["facts"]["reason"]
        assert refused["facts"]["reason"] == "wrong_mic"
        assert accepted["facts"]["dev_nonce"] == 7
        assert told.ended_by_ctrl_c() == 0


def test_people_see_lines() -> None:
    with listening("mqtt", "--board", str(EXAMPLES / "mqtt-gateway.toml")) as told:
        head = told.line()
        assert head.startswith("listening at 127.0.0.1:")
        published(head.split()[2].rstrip(";"), ("house/linky", b'{"east_kwh": 1.25}'), ("a", b"\x1b[31m"))
        lines = [told.line() for _ in range(6)]
        assert any(line.endswith('house/linky  qos 1  retain False  {"east_kwh": 1.25}') for line in lines)
        assert " " * 13 + "EAST = 1.25 × 1000" in lines
        assert not any("\x1b" in line for line in lines)
        half, long = b'{"east_kwh": ' + b"1" * 5000, b'{"pref": "' + b"9" * 5000 + b'"}'
        published(head.split()[2].rstrip(";"), ("house/linky", half), ("t" * 5000, b"x" * 5000), ("house/linky", long))
        lines = [told.line() for _ in range(14)]
        assert any("no reading: {" in line for line in lines)
        assert any("PREF = 999" in line for line in lines)
        assert max(map(len, lines)) < 400 and sum("…" in line for line in lines) >= 5
        assert told.ended_by_ctrl_c() == 0


@pytest.mark.parametrize(
    ("spec", "status", "told"),
    [
        ("lines", 2, "lines: nothing arrives there by itself; expected one of influx, lorawan, mqtt"),
        ("http://127.0.0.1/x", 2, "nothing arrives there by itself"),
        ("pigeon://bob:s3cret@loft", 2, "pigeon: no such probe; expected one of influx, lorawan, mqtt, mqtts"),
        ("mqtt:1883", 2, "mqtt:1883: expected mqtt, mqtt:ADDRESS:PORT such as "),
        ("influx:127.0.0.1:99999", 2, "influx:127.0.0.1:99999: expected influx, "),
        ("influx://:8086/a", 2, "influx://:8086/a: expected influx://HOST:PORT/DB, such as "),
        ("influx://127.0.0.1:8086/a/b", 2, "with one name of a database behind the port"),
        ("mqtt:nowhere.invalid:1883", 2, "cannot be listened at ("),
        ("mqtt://127.0.0.1:1", 3, "mqtt://127.0.0.1:1: the broker cannot be reached (Connection refused); start it"),
        ("mqtt://bob:s3cret@127.0.0.1:1", 3, "mqtt://***@127.0.0.1:1: the broker cannot be reached"),
        ("influx://127.0.0.1:1/x", 3, "influx://127.0.0.1:1/x: no InfluxDB answers (Connection refused); start it"),
        ("mqtt://127.0.0.1:1/a/%23/b", 2, "topic filter 'a/#/b' has # in level 2 of 3; # must be the last level"),
    ],
)  # fmt: skip
def test_a_bad_spec_is_told_in_one_line(spec: str, status: int, told: str, tmp_path: Path) -> None:
    ended = xky("listen", spec, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (status, "")
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "s3cret" not in ended.stderr
    assert "--probe" not in ended.stderr  # which is no option of this command


def test_a_server_that_is_no_broker_is_told_in_one_line(tmp_path: Path) -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        ended = xky("listen", f"mqtt://127.0.0.1:{port}", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == (
        f"xky: mqtt://127.0.0.1:{port}: a server answers there that is no MQTT broker "
        "(it said b'HTTP/1.1 400 Bad Request'); mend the address\n"
    )


def test_a_port_in_use_and_a_board_that_is_not_there_are_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        spec = f"mqtt:127.0.0.1:{taken.getsockname()[1]}"
        ended = xky("listen", spec, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr == (
        f"xky: {spec}: cannot be listened at (Address already in use); give another address or port\n"
    )
    ended = xky("listen", "mqtt", "--board", "nothing.toml", cwd=tmp_path)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
