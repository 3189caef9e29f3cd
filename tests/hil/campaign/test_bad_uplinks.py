# SPDX-License-Identifier: Apache-2.0
"""What a person has wrong about an uplink is one line: what, where, how to mend; what a device has wrong is counted."""

import socket
from pathlib import Path

import pytest
import simpy

from xky.boards import board_named
from xky.hil.bench.probes import ProbeContext, open_probe
from xky.hil.ends.lorawan import TEST_DEVICE, LorawanEnd
from xky.protocol import Mode
from xky.protocol.uplinks.lorawan import JoinRequest
from xky.protocol.uplinks.messages import RadioFrame

from ...answering import answering
from ...command import Ended, xky
from ...influxd import NEEDS_INFLUXD, running_influxd

HEAD = 'id = "mine"\ntitle = "Mine"\n\n[[reading]]\nprobe = "mqtt"\n'


def certified(folder: Path, *arguments: str, device: str = "exec:python x {port} {mqtt} {influx}") -> Ended:
    """A run that cannot begin: nothing is started of it."""
    return xky("certify", device, *arguments, cwd=folder)


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ('labels = { EASTT = "a" }\n', "mine.toml:6: reading.0.labels.EASTT: no label of the TIC; write names as "),
        ("labels = {}\n", 'mine.toml:6: reading.0.labels: names no label; write one, such as EAST = "CONTRACT.CONSO"'),
        ("", "mine.toml:4: reading.0.labels: "),
        ('labels = { EAST = "a..b[" }\n', "mine.toml:6: reading.0.labels.EAST: 'a..b[' is no JMESPath, column 3: "),
        ('labels = { EAST = { path = "a", scale = "x" } }\n', "mine.toml:6: reading.0.labels.EAST."),
        ('from = "a/#/b"\nlabels = { EAST = "a" }\n', "mine.toml:6: reading.0.from: topic filter 'a/#/b': has # in "),
    ],
    ids=["label", "no-label", "no-labels", "path", "scale", "filter"],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_told_by_file_line_and_key(rest: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(HEAD + rest)
    for ended in (
        certified(tmp_path, "--board", "mine.toml", "--probe", "mqtt"),
        xky("listen", "mqtt", "--board", "mine.toml", cwd=tmp_path),
        xky("statement", "check", "mine.toml", cwd=tmp_path),
    ):
        assert ended.returncode == 2
        assert told in ended.stderr
        assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("device", "arguments", "status", "told"),
    [
        ("sim:winky-c6", ("--probe", "mqtt"), 2,
         "mqtt: board winky-c6 has no [uplink.mqtt], so nothing would arrive there; write one into its file"),
        ("sim:eky", ("--probe", "influx"), 2, "influx: board eky has no [uplink.influx], so nothing would"),
        ("sim:eky", ("--probe", "lorawan"), 2, "lorawan: board eky has no [lorawan], so nothing would arrive"),
        ("sim:eky", ("--probe", "mqtt", "--probe", "mqtt"), 2, "--probe mqtt: is given twice; leave one out"),
        ("sim:eky", ("--probe", "mqtt://127.0.0.1:1"), 3,
         "mqtt://127.0.0.1:1: the broker cannot be reached (Connection refused); start it, or give another address"),
        ("sim:winky-lab", ("--probe", "influx://bob:s3cret@127.0.0.1:1/x"), 3,
         "influx://***@127.0.0.1:1/x: no InfluxDB answers (Connection refused); start it, or mend the address"),
        ("sim:eky", ("--probe", "mqtt://127.0.0.1:1/a/%23/b"), 2, "topic filter 'a/#/b' has # in level 2 of 3"),
        ("exec:python x.py {port}", ("--probe", "mqtt"), 2,
         "device 'exec:python x.py {port}': no {mqtt} in the command; write it where the address of the bench's end"),
        ("exec:python x.py {port} {mqtt}", ("--probe", "influx"), 2, "no {influx} in the command; write it where"),
        ("exec:python x.py {port} {influx}", (), 2, "{influx} is told by the probe influx alone; give"),
        ("exec:python x.py {port}", ("--probe", "lorawan"), 2, "no {lorawan} in the command; write it where"),
    ],
)  # fmt: skip
def test_an_end_that_cannot_be_is_told_in_one_line_before_anything_is_played(
    device: str, arguments: tuple[str, ...], status: int, told: str, tmp_path: Path
) -> None:
    ended = certified(tmp_path, *arguments, "--only", "TIC-SND-1", device=device)
    assert (ended.returncode, ended.stdout) == (status, "")
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "s3cret" not in ended.stderr


def test_a_port_in_use_is_told_in_one_line_before_anything_is_played(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        spec = f"mqtt:127.0.0.1:{taken.getsockname()[1]}"
        ended = certified(tmp_path, "--probe", spec, device="sim:eky")
    assert ended.returncode == 2
    assert ended.stderr.endswith(
        f"{spec}: cannot be listened at (Address already in use); give another address or port\n"
    )
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(("device", "spec", "told"), [
    ("sim:eky", "mqtt://127.0.0.1:{port}", "a server answers there that is no MQTT broker (it said b'HTTP/1.0 400 Bad"),
    ("sim:winky-lab", "influx://127.0.0.1:{port}/db", "answered 404, and not as an InfluxDB 1 does"),
])  # fmt: skip
def test_a_server_of_another_kind_is_told_in_one_line_before_anything_is_played(
    device: str, spec: str, told: str, tmp_path: Path
) -> None:
    with answering(b"HTTP/1.0 400 Bad request\r\n\r\n" if "mqtt" in spec else b"HTTP/1.0 404 No\r\n\r\n<p>") as port:
        ended = certified(tmp_path, "--probe", spec.format(port=port), device=device)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert f"{spec.format(port=port)}: {told}" in ended.stderr
    assert ended.stderr.count("\n") == 1


@NEEDS_INFLUXD
@pytest.mark.realtime
def test_a_database_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with running_influxd(tmp_path) as influxd:
        spec = f"influx://127.0.0.1:{influxd.port}/nowhere"
        ended = certified(tmp_path, "--probe", spec, "--json", device="sim:winky-lab")
    assert ended.returncode == 3
    assert ended.stderr.startswith(f"xky: {spec}: answered 200: no database 'nowhere'; create the database, or ")
    assert ended.stderr.count("\n") == 1


def test_payloads_that_cannot_be_read_are_counted_and_shown() -> None:
    probe = open_probe("mqtt")
    probe.open(ProbeContext(simpy.Environment(), None, board_named("eky"), Mode.STANDARD, 1.0))
    assert probe.end is not None
    for data in (b"no JSON", b'{"EAST": "0000', b"\xff\xfe", b"[" * 5000, b'{"EAST": "000000005"}'):
        probe.end.arrived("xky/eky/tic", data.decode(errors="replace") if data[:2] != b'{"' or data[-1:] != b"}"
                          else {"EAST": "000000005"}, data)  # fmt: skip
    assert len(probe.remarks) == 4
    assert probe.remarks[1].text.startswith('{"EAST": "0000')
    assert [reading.text("EAST") for reading in probe.readings] == ["000000005"]


def test_a_mic_that_does_not_hold_is_counted_and_shown() -> None:
    end = LorawanEnd(simpy.Environment(), [TEST_DEVICE])
    request = JoinRequest(TEST_DEVICE.join_eui, TEST_DEVICE.dev_eui, 7).encode(TEST_DEVICE.key)
    end.heard(RadioFrame(request[:-1] + bytes([request[-1] ^ 1]), 868.5e6, 7), lambda reply: None)
    assert end.events[-1].kind == "join_refused"
    assert end.events[-1].facts["reason"] == "wrong_mic"
    assert end.payloads == []
