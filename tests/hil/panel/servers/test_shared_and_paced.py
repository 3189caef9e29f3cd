# SPDX-License-Identifier: Apache-2.0
"""A panel through real servers that workers of a cluster share, and in real time: the same bytes, nothing late."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from pyarrow import parquet

from xky.boards.description.board import board_file

from ....command import XKY, xky
from ....influxd import NEEDS_INFLUXD, running_influxd
from ...ends.mosquitto import needs_mosquitto, running_mosquitto
from ..test_running import files

pytestmark = [pytest.mark.nightly, pytest.mark.xdist_group("panel_servers"), needs_mosquitto, NEEDS_INFLUXD]

PANEL = """homes = 6
seed = 5
from = 2026-01-15
days = 0.05
[boards]
loky = 1
"mine/own.toml" = 1
winky-c6-tasmota = 3
[uplinks]
mqtt = 1
influx = 1
lorawan = 1
"""
TWO = """homes = 2
seed = 3
from = 2026-01-15
days = 0.007
[boards]
winky-c6-tasmota = 1
eky = 1
[uplinks]
mqtt = 1
"""
SPEED = 20.0


@dataclass(frozen=True)
class Servers:
    """Where they are."""

    broker: str
    port: int
    database: str

    @property
    def options(self) -> tuple[str, ...]:
        return "--broker", self.broker, "--database", self.database


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with running_mosquitto(tmp_path) as port, running_influxd(tmp_path) as influxd:
        database = f"influx://127.0.0.1:{influxd.port}/{influxd.database()}"
        yield Servers(f"mqtt://127.0.0.1:{port}", port, database)


@pytest.mark.parametrize("options", [(), ("--speed", "1000")], ids=["virtual time", "real time"])
def test_a_cluster_of_workers_with_threads_goes_through_real_servers_and_writes_the_bytes_of_one_process_without(
    options: tuple[str, ...], servers: Servers, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    here = tmp_path / "here"  # where no worker is
    (here / "mine").mkdir(parents=True)
    (here / "mine" / "own.toml").write_text(board_file("eky")[1], encoding="utf-8")
    (here / "some.toml").write_text(PANEL, encoding="utf-8")
    assert xky("panel", "run", "some.toml", "--workers", "1", "--out", "alone", cwd=here).returncode == 0
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        words = ["panel", "run", "some.toml", "--scheduler", cluster.scheduler_address, *servers.options, *options]
        ended = xky(*words, "--out", "shared", "--json", cwd=here)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    assert {path.parent.name for path in here.glob("shared/homes/*/home.json")} == {f"{n:04}" for n in range(1, 7)}
    assert {cause for cause, number in told["readings"].items() if number} == {"stored"}
    assert files(here / "shared") == files(here / "alone")


def test_in_real_time_each_message_is_at_the_broker_when_its_time_has_come_and_nothing_is_lost(
    servers: Servers, tmp_path: Path
) -> None:
    (tmp_path / "some.toml").write_text(TWO, encoding="utf-8")
    came: dict[str, list[float]] = {"0001": [], "0002": []}
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.on_message = lambda _, __, message: came[message.topic.split("/")[1]].append(time.monotonic())
    client.connect("127.0.0.1", servers.port)
    client.subscribe([("some/+/#", 1)])
    client.loop_start()
    words = [*XKY, "panel", "run", "some.toml", *servers.options, "--speed", f"{SPEED:g}", "--json"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True)
    client.loop_stop()
    told: dict[str, Any] = json.loads(ended.stdout)
    assert told["whole"]
    assert {cause for cause, number in told["readings"].items() if number} == {"stored"}
    assert told["worst_late_s"] < 1 or "behind real time" in ended.stderr
    for home, at_s in came.items():
        day = tmp_path / "panel" / "homes" / home / "days" / "2026-01-15"
        arrived_us = parquet.read_table(day / "readings.parquet")["arrived_us"].to_pylist()
        assert len(arrived_us) > 5
        assert len(at_s) >= len(arrived_us)
        span_s = (arrived_us[-1] - arrived_us[0]) / 1e6 / SPEED
        assert at_s[-1] - at_s[0] == pytest.approx(span_s, abs=2 * (1 + told["worst_late_s"]))
    assert xky("panel", "reconcile", "panel", cwd=tmp_path).returncode == 0
