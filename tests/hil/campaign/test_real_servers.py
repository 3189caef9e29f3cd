# SPDX-License-Identifier: Apache-2.0
"""The boards of the family in real time: against mosquitto, InfluxDB, and the bench's own network over UDP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign.campaign import Options

from ...influxd import NEEDS_INFLUXD, Influxd, running_influxd
from ...timely import certify_in_time
from ..ends.mosquitto import needs_mosquitto, running_mosquitto

pytestmark = pytest.mark.realtime


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_mosquitto(tmp_path_factory.mktemp("mosquitto")) as port:
        yield f"mqtt://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with running_influxd(tmp_path_factory.mktemp("influxd")) as running:
        yield running


def in_real_time(board: str, folder: Path, *probes: str, only: tuple[str, ...], speed: float) -> dict[str, Any]:
    """The report of a simulated board, and that it was listened to there."""
    options = Options(f"sim:{board}", mode="standard", probes=probes, only=only, speed=speed)
    report = certify_in_time(options, folder)
    assert report["probes"] == [*probes]
    assert report["verdict"] == "pass", report["requirements"]
    assert report["decided"] == report["total"]
    return report


def seen_at(report: dict[str, Any]) -> set[str | None]:
    return {purpose.get("probe") for one in report["requirements"] for purpose in one["purposes"]}


@needs_mosquitto
def test_eky_passes_by_a_real_broker(mosquitto: str, tmp_path: Path) -> None:
    asked = ("TIC-SND-1", "TIC-CHK-1", "XKY-UPL-1/broker-away", "XKY-UPL-2/lost", "XKY-UPL-3")
    report = in_real_time("eky", tmp_path, mosquitto, only=asked, speed=20.0)
    assert {one["id"] for one in report["requirements"]} == {one.partition("/")[0] for one in asked}


@pytest.mark.by_day(1)
@needs_mosquitto
@NEEDS_INFLUXD
@pytest.mark.parametrize("board", ["winky-lab", "winky-c6-tasmota"])
def test_a_winky_passes_by_a_real_broker_and_a_real_database(
    mosquitto: str, influxd: Influxd, board: str, tmp_path: Path
) -> None:
    database = f"influx://127.0.0.1:{influxd.port}/{influxd.database()}"
    report = in_real_time(board, tmp_path, mosquitto, database, only=("TIC-SND-1",), speed=60.0)
    assert seen_at(report) == {mosquitto, database}


@pytest.mark.nightly
def test_loky_passes_by_the_network_of_the_bench_over_udp(tmp_path: Path) -> None:
    in_real_time("loky", tmp_path, "lorawan:127.0.0.1:0", only=("TIC-SND-1",), speed=400.0)
