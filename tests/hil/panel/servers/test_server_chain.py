# SPDX-License-Identifier: Apache-2.0
"""Messages of homes through a real mosquitto and a real InfluxDB."""

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from xky.boards import Board, board_named
from xky.hil.panel.chain import Carried, Message
from xky.hil.panel.layout import Cause
from xky.hil.panel.servers import ServerChain, check_servers
from xky.hil.panel.servers import patience as patience_module
from xky.protocol import BenchError, InputError, Mode

from ....command import xky
from ....influxd import NEEDS_INFLUXD, Influxd, running_influxd
from ...ends.mosquitto import needs_mosquitto, running_mosquitto

pytestmark = pytest.mark.xdist_group("panel_servers")

DAY = date(2026, 1, 15)
START_US = 1_768_431_600_000_000
TOPIC = "tele/winky/SENSOR"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_mosquitto(tmp_path_factory.mktemp("mosquitto")) as port:
        yield f"mqtt://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with running_influxd(tmp_path_factory.mktemp("influxd")) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience_module, "_KNOWN", {})
    monkeypatch.setattr(patience_module, "_ONCE_A_S", 0.1)


def board_of(home: int) -> tuple[Board, Mode]:
    return board_named("winky-c6-tasmota"), Mode.STANDARD


def published(count: int, first: int = 0) -> list[Message]:
    return [
        Message(
            number, START_US + number * 30_000_000, "mqtt", TOPIC,
            json.dumps({"CONTRACT": {"serial": "021861000101", "CONSO": 1000 + number}, "METER": {"P": 500}}).encode(),
            {"qos": 0, "retain": False},
        )
        for number in range(first, first + count)
    ]  # fmt: skip


def posted(count: int, first: int) -> list[Message]:
    return [
        Message(number, START_US + number * 30_000_000, "influx", "conso",
                b"conso,device=winky,sensor=total value=%d" % (1000 + number), {"precision": "ns", "write": number})
        for number in range(first, first + count)
    ]  # fmt: skip


@contextlib.contextmanager
def chain_of(broker: str | None, database: str | None, **options: object) -> Iterator[ServerChain]:
    chain = ServerChain("village", board_of, broker, database, **options)  # type: ignore[arg-type]
    try:
        yield chain
    finally:
        chain.close()


def address(influxd: Influxd) -> tuple[str, str]:
    name = influxd.database()
    return f"influx://127.0.0.1:{influxd.port}/{name}", name


def numbers(carried: Carried) -> list[int]:
    return [one.number for one in carried.arrivals]


@needs_mosquitto
@NEEDS_INFLUXD
def test_everything_comes_out_once_in_order_and_is_in_the_database(broker: str, influxd: Influxd) -> None:
    database, name = address(influxd)
    messages = [*published(500), *posted(500, 500)]
    with chain_of(broker, database) as chain:
        for home in (1, 2):
            carried = chain.carry(home, DAY, messages)
            assert numbers(carried) == list(range(1000))
            assert carried.lost == {}
            assert all(
                arrival.data is message.data and arrival.arrived_us == message.at_us
                for arrival, message in zip(carried.arrivals, messages, strict=True)
            )
            assert chain.rest(home).arrivals == ()
    for measurement, field in (("tic", "EAST"), ("conso", "value")):
        rows = influxd.query(f'SELECT count("{field}") FROM {measurement} GROUP BY home', name)[0]["series"]
        assert {series["tags"]["home"]: series["values"][0][1] for series in rows} == {"0001": 500, "0002": 500}


@needs_mosquitto
def test_topics_are_kept_apart_by_home_and_payloads_are_the_gateways_bytes(broker: str) -> None:
    import paho.mqtt.client as mqtt

    heard: list[tuple[str, bytes]] = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_message = lambda client, userdata, message: heard.append((message.topic, message.payload))
    client.connect("127.0.0.1", int(broker.rpartition(":")[2]))
    client.subscribe("village/+/tele/#")
    client.loop_start()
    time.sleep(0.2)
    messages = published(3)
    with chain_of(broker, None) as chain:
        chain.carry(7, DAY, messages)
    time.sleep(0.2)
    client.disconnect()
    client.loop_stop()
    assert heard == [(f"village/0007/{TOPIC}", one.data) for one in messages]


@needs_mosquitto
def test_messages_that_are_alike_come_out_as_often_as_they_went_in(broker: str) -> None:
    alike = [one._replace(data=b"00750", source="xky/winky/SINSTS") for one in published(450)]
    with chain_of(broker, None) as chain:
        assert numbers(chain.carry(1, DAY, alike)) == list(range(450))


@NEEDS_INFLUXD
@needs_mosquitto
def test_another_run_that_publishes_the_same_home_ends_the_run_and_doubles_nothing(broker: str) -> None:
    with chain_of(broker, None) as one, chain_of(broker, None) as other:
        assert len(one.carry(7, DAY, published(3)).arrivals) == 3
        assert len(other.carry(7, DAY, published(3)).arrivals) == 3
        with pytest.raises(BenchError, match="another run publishes home 0007 of a panel"):
            one.carry(7, DAY, published(3))


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "$SYS", "tail\\", "\udcff", ""])
def test_a_name_that_servers_cannot_have_is_told_before_anything_runs(name: str) -> None:
    for servers in (("mqtt://127.0.0.1:1", None), (None, "influx://127.0.0.1:1/db")):
        with pytest.raises(InputError, match="servers cannot have that name; rename its file"):
            check_servers(*servers, name)


def test_a_run_again_leaves_nothing_of_the_one_that_was_cut(influxd: Influxd) -> None:
    database, name = address(influxd)
    for count in (20, 5):
        with chain_of(None, database) as chain:
            chain.carry(1, DAY, published(count))
    assert influxd.query("SELECT count(EAST) FROM tic", name)[0]["series"][0]["values"][0][1] == 5


@NEEDS_INFLUXD
def test_a_point_that_the_database_does_not_take_is_lost_to_it_and_no_other(influxd: Influxd) -> None:
    database, name = address(influxd)
    assert (
        influxd.ask("POST", f"/write?db={name}", b"conso,device=x value=5i %d" % (START_US * 1000))[0] == 204
    )  # an integer from now on
    with chain_of(None, database) as chain:
        carried = chain.carry(1, DAY, [*published(3), *posted(2, 3)])
    assert numbers(carried) == [0, 1, 2]
    assert carried.lost == {3: Cause.DATABASE, 4: Cause.DATABASE}


def carried_with_an_outage(
    chain: ServerChain, stop: Callable[[], None], start: Callable[[], None], make: Callable[[int, int], list[Message]]
) -> Sequence[Carried]:
    """A portion before, one while the server is away, one behind."""
    before = chain.carry(1, DAY, make(50, 0))
    stop()
    meanwhile = chain.carry(1, DAY, make(450, 50))
    start()
    time.sleep(0.15)  # a server that was given up is not tried at once again
    return before, meanwhile, chain.carry(1, DAY, make(50, 500))


@needs_mosquitto
def test_a_broker_that_goes_away_loses_what_it_should_have_had_and_the_run_goes_on(tmp_path: Path) -> None:
    told: list[str] = []
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(contextlib.ExitStack())
        port = first.enter_context(running_mosquitto(tmp_path))
        chain = stack.enter_context(chain_of(f"mqtt://127.0.0.1:{port}", None, tell=told.append, patience_s=0.3))

        def again() -> None:
            stack.enter_context(mosquitto_on(port, tmp_path))

        before, meanwhile, behind = carried_with_an_outage(chain, first.close, again, published)
    assert numbers(before) == list(range(50))
    assert numbers(meanwhile) == []
    assert meanwhile.lost == dict.fromkeys(range(50, 500), Cause.BROKER)
    assert numbers(behind) == list(range(500, 550))
    assert len(told) == 3
    assert "is away" in told[0]
    assert "it is tried again for 0.3 s" in told[0]
    assert "is away still; the run goes on" in told[1]
    assert "is back after" in told[2]


@contextlib.contextmanager
def mosquitto_on(port: int, folder: Path) -> Iterator[None]:
    from ...ends import mosquitto

    assert mosquitto.MOSQUITTO is not None
    with subprocess.Popen([mosquitto.MOSQUITTO, "-c", str(folder / "mosquitto.conf")]) as process:
        assert mosquitto._listens(port, process)
        try:
            yield
        finally:
            process.terminate()


@NEEDS_INFLUXD
def test_a_database_that_goes_away_loses_what_it_should_have_had_and_the_run_goes_on(tmp_path: Path) -> None:
    told: list[str] = []
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(contextlib.ExitStack())
        influxd = first.enter_context(running_influxd(tmp_path))
        database, _ = address(influxd)
        chain = stack.enter_context(chain_of(None, database, tell=told.append, patience_s=0.3))

        def again() -> None:
            stack.enter_context(influxd_again(influxd, tmp_path))

        before, meanwhile, behind = carried_with_an_outage(chain, first.close, again, published)
    assert numbers(before) == list(range(50))
    assert meanwhile.lost == dict.fromkeys(range(50, 500), Cause.DATABASE)
    assert numbers(behind) == list(range(500, 550))
    assert [line.partition(": ")[2][:7] for line in told] == ["is away", "is away", "is back"]


@contextlib.contextmanager
def influxd_again(influxd: Influxd, folder: Path) -> Iterator[None]:
    from ....influxd import INFLUXD

    command = [str(INFLUXD), "run", "-config", str(folder / "influxd.conf")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline_s = time.monotonic() + 30
        while not influxd.is_there() and time.monotonic() < deadline_s:
            time.sleep(0.05)
        try:
            yield
        finally:
            process.kill()


@NEEDS_INFLUXD
def test_a_database_that_is_back_within_the_patience_loses_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(contextlib.ExitStack())
        influxd = first.enter_context(running_influxd(tmp_path))
        database, _ = address(influxd)
        chain = stack.enter_context(chain_of(None, database, tell=told.append, patience_s=30.0))
        chain.carry(1, DAY, published(5))
        first.close()
        import threading

        later = threading.Timer(0.5, lambda: stack.enter_context(influxd_again(influxd, tmp_path)))
        later.start()
        carried = chain.carry(1, DAY, published(5, 5))
        later.join()
    assert numbers(carried) == [5, 6, 7, 8, 9]
    assert len(told) == 2


def test_servers_that_are_not_there_are_told_in_a_line_before_anything_runs() -> None:
    for broker, database, complaint in (
        ("mqtt://127.0.0.1:1", None, "no broker answers"),
        (None, "influx://127.0.0.1:1/xky", "no InfluxDB answers"),
    ):
        with pytest.raises(BenchError, match=complaint) as told:
            check_servers(broker, database)
        assert "\n" not in str(told.value)
    with pytest.raises(InputError, match="expected influx://HOST:PORT/DB"):
        check_servers(None, "influx://127.0.0.1:8086")
    with pytest.raises(InputError, match=r"--broker mqtt://.*: topics are PANEL/HOME/…; give it without a filter"):
        check_servers("mqtt://127.0.0.1:1/home/%23", None)


@NEEDS_INFLUXD
def test_a_database_that_is_not_there_is_named(influxd: Influxd) -> None:
    with pytest.raises(BenchError, match=r"/nobody: has no database 'nobody'; create it"):
        check_servers(None, f"influx://127.0.0.1:{influxd.port}/nobody")


def test_the_command_says_at_once_what_is_wrong_with_a_server_and_writes_no_folder(tmp_path: Path) -> None:
    for options, status, complaint in (
        (("--broker", "mqtt://user:secret@127.0.0.1:1"), 3, "mqtt://***@127.0.0.1:1: no broker answers"),
        (("--database", "influx://127.0.0.1:1/xky"), 3, "influx://127.0.0.1:1/xky: no InfluxDB answers"),
        (("--database", "influx://127.0.0.1:8086"), 2, "expected influx://HOST:PORT/DB"),
        (("--broker", "mqtt:1883"), 2, "expected mqtt://"),
    ):
        ended = xky("panel", "run", "village", *options, "--out", "panel", cwd=tmp_path)
        assert (ended.returncode, ended.stderr.count("\n")) == (status, 1)
        assert complaint in ended.stderr
        assert "secret" not in ended.stderr
    assert [*tmp_path.iterdir()] == []
