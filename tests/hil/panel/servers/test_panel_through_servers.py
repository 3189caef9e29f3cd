# SPDX-License-Identifier: Apache-2.0
"""A panel's run through a real mosquitto and a real InfluxDB: what is there, what the dashboard shows, what is lost."""

import contextlib
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from xky.emulator.legal_time import instant_us
from xky.hil.panel.chain import Carried, Message
from xky.hil.panel.dashboard import queries
from xky.hil.panel.distributor import read_curve
from xky.hil.panel.homes.home import drawn_home
from xky.hil.panel.panel_file import panel_file
from xky.hil.panel.running import PanelRun, RunSettings
from xky.hil.panel.servers import ServerChain, take_name
from xky.hil.panel.servers import patience as patience_module
from xky.hil.panel.servers.curves import half_hour_means, predicted
from xky.hil.panel.servers.run_chain import run_chain
from xky.protocol import InputError
from xky.protocol.uplinks.line_protocol import Point, make_line

from ....command import xky
from ....influxd import NEEDS_INFLUXD, Influxd, running_influxd
from ...ends.mosquitto import needs_mosquitto, running_mosquitto
from .test_server_chain import influxd_again, mosquitto_on

# In virtual time, so behind what runs in real time; on one worker, as all look at one run.
pytestmark = [pytest.mark.xdist_group("panel_servers"), needs_mosquitto, NEEDS_INFLUXD]

SEED = 28  # a board that posts to InfluxDB, a producer's by LoRaWAN, one of a historic meter by MQTT
ONE_WINKY = """
homes = 1
from = 2026-01-15
days = 0.0625
[boards]
winky-c6-tasmota = 1
[uplinks]
mqtt = 1
[[household]]
name = "common"
"""
FROM_US = instant_us(datetime.fromisoformat("2026-01-15T00:00:00+01:00"))


@dataclass(frozen=True)
class Ran:
    """A panel that ran, and the database that has it."""

    folder: Path
    influxd: Influxd
    database: str
    until_us: int

    def ask(self, text: str) -> list[dict[str, Any]]:
        series: list[dict[str, Any]] = self.influxd.query(text, self.database)[0].get("series", [])
        return series

    def rows(self, home: str, name: str) -> list[dict[str, Any]]:
        """Of a home's day."""
        rows: list[dict[str, Any]] = parquet.read_table(
            self.folder / "homes" / home / "days" / "2026-01-15" / name
        ).to_pylist()
        return rows


def ran(folder: Path, homes: int, days: float, seed: int) -> Iterator[Ran]:
    mqtt, influx = folder / "mosquitto", folder / "influxd"
    mqtt.mkdir()
    influx.mkdir()
    with running_mosquitto(mqtt) as port, running_influxd(influx) as influxd:
        name = influxd.database()
        database = f"influx://127.0.0.1:{influxd.port}/{name}"
        settings = RunSettings(
            "village", folder / "panel", homes=homes, days=days, seed=seed, workers=1, broker=f"mqtt://127.0.0.1:{port}",
            database=database,
        )  # fmt: skip
        for _ in PanelRun(settings).play():
            pass
        yield Ran(folder / "panel", influxd, name, FROM_US + round(days * 86_400_000_000))


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    yield from ran(tmp_path_factory.mktemp("village"), 3, 0.25, SEED)


@pytest.mark.nightly
def test_the_three_homes_go_all_ways_that_there_are(village: Ran) -> None:
    homes = [json.loads(path.read_text()) for path in village.folder.glob("homes/*/home.json")]
    assert {way for home in homes for way in home["uplinks"]} == {"mqtt", "influx", "lorawan"}
    assert {home["mode"] for home in homes} == {"historic", "standard"}
    assert any(home["producer"] for home in homes)


@pytest.mark.nightly
def test_three_homes_for_six_hours_lose_nothing_and_double_nothing(village: Ran) -> None:
    nothing_is_lost(village, 3)


@pytest.mark.nightly
def test_a_home_through_servers_is_the_same_to_the_byte_as_without(village: Ran, tmp_path: Path) -> None:
    for _ in PanelRun(RunSettings("village", tmp_path / "panel", homes=1, days=0.25, seed=SEED, workers=1)).play():
        pass
    alone, through = (folder / "homes" / "0001" for folder in (tmp_path / "panel", village.folder))
    files = sorted(path.relative_to(alone) for path in alone.rglob("*") if path.is_file())
    assert len(files) >= 7
    for file in files:
        assert (alone / file).read_bytes() == (through / file).read_bytes(), file


@pytest.mark.nightly
def test_ten_homes_for_a_day_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    for panel in ran(tmp_path, 10, 1, 1):
        nothing_is_lost(panel, 10)
        for number in range(1, 11):
            the_dashboard_shows_what_it_said(panel, f"{number:04}", 10, 143)


def reconciled(folder: Path) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of ``xky panel reconcile``."""
    ended = xky("panel", "reconcile", folder, "--json", cwd=folder.parent)
    assert ended.stderr == ""
    found: dict[str, Any] = json.loads(ended.stdout)
    return ended.returncode, found


def nothing_is_lost(panel: Ran, homes: int) -> None:
    status, found = reconciled(panel.folder)
    assert (status, found["homes"]) == (0, homes)
    assert found["readings_due"] == found["readings_arrived"] > 10 * homes
    assert [found[key] for key in ("lost", "late", "doubled", "wrong")] == [0, 0, 0, 0]
    assert found["energy_error_wh"] <= found["energy_bound_wh"]
    assert len([*panel.folder.glob("homes/*/home.json")]) == homes
    for home in (f"{number:04}" for number in range(1, homes + 1)):
        dues, readings = panel.rows(home, "due.parquet"), panel.rows(home, "readings.parquet")
        assert len(dues) > 10
        assert {one["got"] for one in dues} == {"stored"}
        assert readings
        told = [(one["arrived_us"], one["source"]) for one in readings if one["probe"] != "influx"]
        stored = panel.ask(f"SELECT * FROM tic WHERE home = '{home}' GROUP BY source")
        there = [(row[0] // 1000, one["tags"]["source"]) for one in stored for row in one["values"]]
        assert sorted(there) == sorted(set(told)) == sorted(told)
        posted = {(one["arrived_us"], one["source"]) for one in readings if one["probe"] == "influx"}
        for source in {source for _, source in posted}:
            rows = panel.ask(f"SELECT * FROM {source} WHERE home = '{home}'")[0]["values"]
            assert {at_us for at_us, one in posted if one == source} <= {row[0] // 1000 for row in rows}


def filled(text: str, ran: Ran, home: str, panel: str = "village") -> str:
    """As Grafana fills the variables in: as they are, and for ``:regex`` as its escapeRegex does."""
    span = f"time >= {FROM_US * 1000} and time <= {ran.until_us * 1000}"
    variables = {"$timeFilter": span, "$home": home, "$__interval": "10m"}
    variables["${panel:regex}"] = re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", panel)
    return re.sub(r"\$(\w+|\{.*?\})", lambda found: variables[found[0]], text)


def shown(ran: Ran, title: str, ref: str, home: str) -> list[list[Any]]:
    text = next(one.text for one in queries() if (one.title, one.ref) == (title, ref))
    series = ran.ask(filled(text, ran, home))
    return series[0]["values"] if series else []


@pytest.mark.parametrize("home", ["0001", "0002", "0003"])
def test_each_query_of_the_dashboard_gives_what_the_home_said(village: Ran, home: str) -> None:
    the_dashboard_shows_what_it_said(village, home, 3, 35)


def the_dashboard_shows_what_it_said(village: Ran, home: str, homes: int, stretches: int) -> None:
    frames = village.rows(home, "readings.parquet")

    def said(*labels: str) -> list[Any]:
        return [row[label] for row in frames for label in labels if row.get(label) is not None]

    assert shown(village, "panel", "", home) == [["panel", "village"]]
    assert shown(village, "home", "", home) == [["home", f"{one:04}"] for one in range(1, homes + 1)]
    powers = said("SINSTS") or said("PAPP")
    assert [row[1] for row in shown(village, "Power now", "A", home)] == [powers[-1]]
    curve = shown(village, "Power", "A", home)
    assert max(row[1] for row in curve) == max(powers)
    assert len(curve) >= stretches  # of ten minutes
    for title, label in (("Energy drawn", "EAST"), ("Energy injected", "EAIT")):
        if indexes := said(label):
            assert [row[1] for row in shown(village, title, "A", home)] == [max(indexes) - min(indexes)]
    tariffs = said("LTARF") or said("PTEC")
    if tariffs:
        assert [row[1] for row in shown(village, "Tariff", "A", home)] == [tariffs[-1]]
    told = read_curve(village.folder / "homes" / home / "distributor" / "consumption.csv")
    title = "Prediction against the distributor's curve"
    assert shown(village, title, "A", home) == [[one.end_us * 1000, one.average_w] for one in told.points]
    expected = {end: mean for end, mean in predicted(half_hour_means(told)).items() if end <= village.until_us}
    assert shown(village, title, "B", home) == [[end_us * 1000, mean_w] for end_us, mean_w in expected.items()]
    assert len(expected) == 2 * stretches // 6


def write(ran: Ran, database: str, *lines: str) -> None:
    status, said = ran.influxd.ask("POST", f"/write?db={database}&precision=ns", "\n".join(lines).encode())
    assert status == 204, said


@pytest.mark.parametrize("name", ["O'Brien's", 'the "new" one', "a\\b", "50 % (of 3/4) [x]+$", "Mère"])
def test_each_query_of_the_dashboard_finds_a_panel_of_any_name_and_no_other(name: str, village: Ran) -> None:
    database = village.influxd.database()
    for panel, power_va in ((name, 7), (f"{name}x", 8), (f"x{name}", 9)):
        tags = {"panel": panel, "home": "0001"}
        lives = {
            FROM_US * 1000 + place * 10**9: wh for place, wh in enumerate((999_999_990, 999_999_995, 3, 5 + power_va))
        }
        said = {"power_va": power_va, "tariff": "HC"}
        lines = [
            make_line(Point("live", tags, said | {"index_wh": wh, "injected_wh": wh}, at)) for at, wh in lives.items()
        ]
        for each in ("distributor", "prediction"):
            point = Point(each, tags | {"direction": "consumption"}, {"mean_w": power_va}, FROM_US * 1000)
            lines.append(make_line(point))
        write(village, database, *lines)
    expected = {
        "panel": ["panel", name], "home": ["home", "0001"], "Power now": 7, "Tariff": "HC", "Power": 7,
        "Energy drawn": 5 + 9, "Energy injected": 5 + 9,  # a register begins anew at a thousand million
        "Prediction against the distributor's curve": 7,
    }  # fmt: skip
    for query in queries():
        series = village.influxd.query(filled(query.text, village, "0001", name), database)[0]["series"]
        rows = series[0]["values"]
        if query.title == "panel":
            assert len(rows) == 3
            assert expected["panel"] in rows
        elif query.title == "home":
            assert rows == [expected["home"]]
        else:
            assert {row[1] for row in rows} == {expected[query.title]}, query


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"seed": SEED + 1}, f"seed {SEED}, not {SEED + 1}"),
        ({"days": 0.5}, "until 2026-01-15T06:00:00+01:00, not 2026-01-15T12:00:00+01:00"),
        ({"homes": 2}, "3 homes, not 2"),
    ],
)  # fmt: skip
def test_another_run_of_the_same_name_is_refused_before_anything_of_it_is_written(
    changed: dict[str, Any], told: str, village: Ran, tmp_path: Path
) -> None:
    database = f"influx://127.0.0.1:{village.influxd.port}/{village.database}"
    before = village.ask("SELECT count(*) FROM live GROUP BY home")
    settings: dict[str, Any] = {"homes": 3, "days": 0.25, "seed": SEED, "workers": 1, "database": database} | changed
    with pytest.raises(InputError) as refused:
        [*PanelRun(RunSettings("village", tmp_path / "again", **settings)).play()]
    assert str(refused.value) == (
        f"{database}: has another panel 'village' ({told}); rename this panel's file, or take that one out with: "
        "DROP SERIES WHERE \"panel\" = 'village'"
    )
    assert village.ask("SELECT count(*) FROM live GROUP BY home") == before


def test_a_name_that_no_run_took_is_nobody_s_to_write_to(village: Ran) -> None:
    name = village.influxd.database()
    write(village, name, "live,panel=hill,home=0001 power_va=1i 1")
    database = f"influx://127.0.0.1:{village.influxd.port}/{name}"
    with pytest.raises(InputError, match="has another panel 'hill' \\(nobody tells of which run\\)"):
        take_name(database, "hill", 1, {"seed": 1})
    for homes in (1, 1, 2):  # a run that goes on, and one of more homes
        take_name(database, "vale", homes, {"seed": 1})
    with pytest.raises(InputError, match="2 homes, not 1"):
        take_name(database, "vale", 1, {"seed": 1})


@dataclass
class Interrupted:
    """A chain whose server is stopped before one portion and started again before another."""

    chain: ServerChain
    stop: Any
    start: Any
    stops_at: int
    starts_at: int
    carries_all: bool = True
    open_files: int = 7
    portions: int = field(default=0)

    def carry(self, home: int, day: date, messages: Sequence[Message]) -> Carried:
        self.portions += 1
        if self.portions == self.stops_at:
            self.stop()
        if self.portions == self.starts_at:
            self.start()
            time.sleep(0.15)
        return self.chain.carry(home, day, messages)

    def rest(self, home: int) -> Carried:
        return self.chain.rest(home)

    def close(self) -> None:
        self.chain.close()


@pytest.mark.by_day(1)
@pytest.mark.parametrize("cause", ["broker", "database"])
def test_a_server_stopped_in_the_middle_is_the_cause_of_each_loss(
    cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(patience_module, "_KNOWN", {})
    monkeypatch.setattr(patience_module, "_ONCE_A_S", 0.1)
    with contextlib.ExitStack() as stack:
        brokers, databases = (stack.enter_context(contextlib.ExitStack()) for _ in range(2))
        port = brokers.enter_context(running_mosquitto(tmp_path))
        influxd = databases.enter_context(running_influxd(tmp_path))
        database = f"influx://127.0.0.1:{influxd.port}/{influxd.database()}"
        (tmp_path / "winky.toml").write_text(ONE_WINKY)
        panel, _ = panel_file(str(tmp_path / "winky.toml"))
        made = partial(
            run_chain, "winky", [drawn_home(panel, panel.seed, 1)], f"mqtt://127.0.0.1:{port}", database, patience_s=0.2
        )
        back = partial(mosquitto_on, port) if cause == "broker" else partial(influxd_again, influxd)
        stop = brokers.close if cause == "broker" else databases.close

        def interrupted() -> Interrupted:
            return Interrupted(made(), stop, lambda: stack.enter_context(back(tmp_path)), 3, 5)

        settings = RunSettings(str(tmp_path / "winky.toml"), tmp_path / "panel", workers=1, chain=interrupted)
        for _ in PanelRun(settings).play():
            pass
    ran = Ran(tmp_path / "panel", influxd, "", 0)
    dues = ran.rows("0001", "due.parquet")
    away = [one for one in dues if 1_200_000_000 <= one["due_us"] - FROM_US < 2_390_000_000]  # third and fourth portion
    assert len(away) > 10
    assert {one["got"] for one in away} == {cause}
    others = [one["got"] for one in dues if not 1_150_000_000 <= one["due_us"] - FROM_US < 2_450_000_000]
    assert len(others) > 10
    assert set(others) == {"stored"}
    status, found = reconciled(tmp_path / "panel")
    assert (status, found["late"], found["doubled"], found["wrong"]) == (1, 0, 0, 0)
    assert found["causes"] == {cause: found["lost"]}
    assert found["lost"] >= len(away)
    told = [line for line in capsys.readouterr().err.splitlines() if "away" in line or "back" in line]
    words = [re.sub(r"^.*: is (away|back).*$", r"\1", line) for line in told]
    assert words in (["away", "away", "back"], ["away", "back"])  # few messages are lost before it is given up
