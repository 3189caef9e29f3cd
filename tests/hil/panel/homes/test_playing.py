# SPDX-License-Identifier: Apache-2.0
"""A home that is played: a sound one loses nothing, one with a fault what it must, with its cause, and all of it is
written, whole."""

import errno
import gc
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from xky.emulator.legal_time import PARIS, instant_us
from xky.hil.bench.reading import Reading
from xky.hil.panel.chain import Arrival, Carried, HandedThrough, Message
from xky.hil.panel.homes import playing, written
from xky.hil.panel.homes.gateway import Gateway
from xky.hil.panel.homes.home import Home, drawn_home
from xky.hil.panel.homes.playing import HomeTask, play_home
from xky.hil.panel.layout import Cause, day_folder, home_folder
from xky.hil.panel.panel_file import ServerOutage, WifiKind, panel_file
from xky.protocol import BenchError

JANUARY = date(2026, 1, 15)
HOUR_US = 3600 * 10**6
WAYS = [
    ("winky-c6-tasmota", "mqtt"), ("winky-c6-tasmota", "influx"), ("winky-lab", "mqtt+influx"), ("eky", "mqtt"),
    ("loky", "lorawan"),
]  # fmt: skip
HOURS = {"eky": 0.15, "loky": 4.0}  # what each needs to say enough
AWAY = WifiKind(name="away", away_a_day=96, away_s=120, out_of_range_each_s=200, out_of_range_s=60)


def a_home(board: str = "winky-c6-tasmota", ways: str = "mqtt", **changes: Any) -> Home:
    sound = replace(
        drawn_home(panel_file("village")[0], 1, 1), mode="standard", phases=1, producer=False, contract="hc",
        supply="typical",
    )  # fmt: skip
    return replace(sound, board=board, uplinks=tuple(ways.split("+")), **changes)


def from_us(day: date = JANUARY) -> int:
    return instant_us(datetime.combine(day, time(), PARIS))


def played(
    home: Home, folder: Path, hours: float = 0.5, chain: Any = None, outages: Sequence[ServerOutage] = ()
) -> dict[str, int]:
    begin_us = from_us()
    task = HomeTask(home, "test", begin_us, begin_us + round(hours * HOUR_US), outages, folder)
    return dict(play_home(task, chain or HandedThrough()))


def columns(folder: Path, file: str, day: date = JANUARY) -> dict[str, list[Any]]:
    return dict(parquet.read_table(day_folder(home_folder(folder, 1), day) / file).to_pydict())


@pytest.mark.nightly
def test_nothing_of_a_home_stays_in_memory_when_it_is_over(tmp_path: Path) -> None:
    gc.collect()
    before = sum(isinstance(one, (Gateway, Reading)) for one in gc.get_objects())
    assert played(a_home(), tmp_path)["stored"] > 5
    assert sum(isinstance(one, (Gateway, Reading)) for one in gc.get_objects()) == before


def test_a_sound_home_loses_nothing_and_says_what_its_frames_said(tmp_path: Path) -> None:
    for board, ways in WAYS:
        got = played(a_home(board, ways), tmp_path, HOURS.get(board, 0.4))
        assert got.keys() == {"stored"}, board
        assert got["stored"] > 5
        due, frames = columns(tmp_path, "due.parquet"), columns(tmp_path, "frames.parquet")
        readings = columns(tmp_path, "readings.parquet")
        assert len(due["due_us"]) == got["stored"]
        assert set(due["due_us"]) <= set(frames["end_us"])
        assert {one for one in readings["EAST"] if one is not None} <= set(frames["EAST"])
        assert readings["arrived_us"] == sorted(readings["arrived_us"])
        assert set(readings["probe"]) == set(ways.split("+"))
        assert columns(tmp_path, "events.parquet")["from_us"] == []
        assert "DATE" not in frames


def test_texts_have_no_blanks_around_them_and_instants_are_those_of_the_payload(tmp_path: Path) -> None:
    played(a_home("eky"), tmp_path, 0.2)
    frames, readings = columns(tmp_path, "frames.parquet"), columns(tmp_path, "readings.parquet")
    assert set(frames["LTARF"]) == {"HEURE  CREUSE"} == set(readings["LTARF"])
    assert all(
        0 <= arrived - stamp < 3 * 10**6
        for arrived, stamp in zip(readings["arrived_us"], readings["stamp_us"], strict=True)
    )


class All(HandedThrough):
    """Is handed states, too, as servers are."""

    carries_all = True


def test_what_a_chain_is_handed_besides_readings_does_not_show_in_the_files(tmp_path: Path) -> None:
    for name, chain in (("all", All()), ("readings", HandedThrough())):
        assert played(a_home(), tmp_path / name, 0.2, chain)["stored"] > 3
    numbers = columns(tmp_path / "all", "readings.parquet")["message"]
    assert numbers != [*range(len(numbers))]  # states came between them
    all_of_it, readings = (
        {file.name: file.read_bytes() for file in (tmp_path / name).rglob("*") if file.is_file()}
        for name in ("all", "readings")
    )
    assert all_of_it == readings


def test_a_home_that_nobody_waits_for_any_more_is_left_and_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = iter([False, True])
    monkeypatch.setattr(playing, "is_unwanted", lambda: next(asked))
    played(a_home(), tmp_path)
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


@pytest.mark.by_day(2)
@pytest.mark.parametrize(("board", "ways"), WAYS)
def test_what_the_network_loses_is_the_radio_s(board: str, ways: str, tmp_path: Path) -> None:
    got = played(a_home(board, ways, wifi=AWAY), tmp_path, HOURS.get(board, 0.5))
    assert got.keys() == {"stored", "radio"}
    assert got["radio"] > 0
    assert {*columns(tmp_path, "events.parquet")["cause"]} == {"radio"}


def test_a_wake_that_publishes_had_heard_enough_though_a_frame_began_before_it(tmp_path: Path) -> None:
    edge = WifiKind(name="edge", out_of_range_each_s=60.0, out_of_range_s=10.0)
    got = played(a_home("winky-lab", mode="historic", phases=3, seed=12, wifi=edge), tmp_path, 2.0)
    assert got.keys() == {"stored", "radio"}  # its firmware took the rest of a frame for one, and could not say it


def test_a_server_that_the_network_kept_from_answering_and_that_is_left_alone_for_it_is_the_radio_s(
    tmp_path: Path,
) -> None:
    edge = WifiKind(name="edge", out_of_range_each_s=300.0, out_of_range_s=10.0)
    got = played(a_home("winky-lab", "influx", wifi=edge), tmp_path, 4.0)
    assert got.keys() == {"stored", "radio"}


@pytest.mark.nightly
@pytest.mark.parametrize("of", ["broker", "database"])
@pytest.mark.parametrize(("board", "ways"), WAYS)
def test_what_a_server_loses_has_its_name(of: str, board: str, ways: str, tmp_path: Path) -> None:
    hours = HOURS.get(board, 0.4)
    away = ServerOutage(of=of, at="2026-01-15T00:04", for_s=hours * 1600)
    got = played(a_home(board, ways), tmp_path, hours, outages=[away])
    needed = of == "database" or "influx" not in ways
    assert got.keys() == ({"stored", of} if needed else {"stored"})
    if needed:
        share = got[of] / sum(got.values())
        assert 0.2 < share < 0.65  # four parts of nine: Eky keeps a minute, and wakes that find nobody are short


def test_a_gateway_without_charge_owes_readings_by_its_usual_period(tmp_path: Path) -> None:
    got = played(a_home(supply="dead"), tmp_path, 1.0)
    assert got.keys() == {"device"}
    assert 90 < got["device"] < 105  # of some 36 s
    assert [*zip(*columns(tmp_path, "events.parquet").values(), strict=True)] == [
        (from_us(), from_us() + HOUR_US, "device", "no power")
    ]


def test_a_gateway_that_browns_out_while_it_waits_for_a_broker_lost_them_itself(tmp_path: Path) -> None:
    away = ServerOutage(of="broker", at="2026-01-15T00:05", for_s=1500.0)
    got = played(a_home(defect="waits-for-dead-servers", supply="min_spec"), tmp_path, 0.75, outages=[away])
    assert got["device"] > 0
    events = columns(tmp_path, "events.parquet")
    assert "brown-out" in events["what"]


def test_a_gateway_that_gives_a_server_up_loses_readings_itself(tmp_path: Path) -> None:
    away = ServerOutage(of="broker", at="2026-01-15T00:10", for_s=60.0)
    got = played(a_home("eky", defect="never-reconnects"), tmp_path, 0.3, outages=[away])
    assert got["device"] > got["broker"] > 0


def test_what_waited_in_a_queue_is_stored_and_late(tmp_path: Path) -> None:
    away = ServerOutage(of="broker", at="2026-01-15T00:05", for_s=30.0)
    got = played(a_home("eky"), tmp_path, 0.2, outages=[away])
    assert got.keys() == {"stored"}  # sixty frames wait
    arrived = Counter(columns(tmp_path, "readings.parquet")["arrived_us"])
    assert max(arrived.values()) > 10


@pytest.mark.parametrize("mode", ["standard", "historic"])
def test_each_frame_that_a_queue_had_no_room_for_is_lost_and_none_is_left_out(mode: str, tmp_path: Path) -> None:
    away = ServerOutage(of="broker", at="2026-01-15T00:03", for_s=150.0)
    got = played(a_home("eky", mode=mode), tmp_path, 0.2, outages=[away])
    frames, due = columns(tmp_path, "frames.parquet"), columns(tmp_path, "due.parquet")
    assert due["due_us"] == frames["end_us"][: len(due["due_us"])]
    assert len(frames["end_us"]) - len(due["due_us"]) < 3
    assert got["stored"] == len(columns(tmp_path, "readings.parquet")["arrived_us"])
    lost = [at_us for at_us, told in zip(due["due_us"], due["got"], strict=True) if told == "broker"]
    begin_us = from_us() + 180 * 10**6
    assert begin_us <= lost[0] < lost[-1] < begin_us + 100 * 10**6  # the last minute of the outage was kept


class Meddles(HandedThrough):
    """Doubles one message, loses one without a word and one at the broker, and changes what the others say."""

    carries_all = True

    def carry(self, home: int, day: date, messages: Sequence[Message]) -> Carried:
        arrivals = [
            Arrival(one.number, one.at_us + 10**6, one.data.replace(b'"CONSO":', b'"CONSO":9')) for one in messages
        ]
        readings = [one for one, said in zip(arrivals, messages, strict=True) if said.source.endswith("SENSOR")]
        kept = [one for one in arrivals if one not in readings[1:3]]
        return Carried([*kept, *readings[:1]], {readings[1].number: Cause.BROKER} if readings[1:] else {})


def test_what_a_chain_does_is_what_arrives(tmp_path: Path) -> None:
    got = played(a_home(), tmp_path, 1 / 6, Meddles())
    due, readings = columns(tmp_path, "due.parquet"), columns(tmp_path, "readings.parquet")
    assert got == {"stored": len(due["got"]) - 2, "broker": 1, "database": 1}
    assert len(readings["EAST"]) == got["stored"] + 1
    assert not {*readings["EAST"]} & {*columns(tmp_path, "frames.parquet")["EAST"]}
    assert set(readings["source"]) == {"tele/winky-0001/SENSOR"}  # states were handed over, too, and are no readings


@pytest.mark.nightly
@pytest.mark.parametrize(("first", "hours"), [(date(2026, 3, 28), (24, 23)), (date(2026, 10, 25), (25, 24))])
def test_days_on_which_clocks_change_have_their_hours(first: date, hours: tuple[int, int], tmp_path: Path) -> None:
    second = first + timedelta(days=1)
    begin_us = from_us(first)
    task = HomeTask(a_home("loky", "lorawan"), "test", begin_us, from_us(second + timedelta(days=1)), (), tmp_path)
    got = play_home(task, HandedThrough())
    before: list[float] = []
    for day, length in zip((first, second), hours, strict=True):
        told = json.loads((day_folder(home_folder(tmp_path, 1), day) / "midnights.json").read_text(encoding="utf-8"))
        assert told["to_us"] - told["from_us"] == length * HOUR_US
        assert before in ([], [told["EAST_wh"][0]])
        before = [told["EAST_wh"][1]]
        for file, column in (
            ("due.parquet", "due_us"),
            ("frames.parquet", "end_us"),
            ("readings.parquet", "arrived_us"),
        ):
            instants = columns(tmp_path, file, day)[column]
            assert told["from_us"] <= min(instants) <= max(instants) < told["to_us"]
    assert got == {"stored": sum(len(columns(tmp_path, "due.parquet", day)["got"]) for day in (first, second))}
    rows = (home_folder(tmp_path, 1) / "distributor" / "consumption.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) > 2 * sum(hours) - 10


def test_a_run_of_minutes_has_no_curve_of_what_it_cut_short(tmp_path: Path) -> None:
    played(a_home("loky", "lorawan"), tmp_path, 0.5 / 6)
    exports = home_folder(tmp_path, 1) / "distributor"
    assert [*exports.iterdir()] == []
    played(a_home("loky", "lorawan"), tmp_path, 0.7)
    assert "00:30:00" in (exports / "consumption.csv").read_text(encoding="utf-8-sig")


def test_a_full_disc_is_one_line_and_leaves_nothing_that_passes_for_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, table: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xky.hil.panel.homes.daybook.write_table", full)
    with pytest.raises(BenchError, match="no room is left for a panel; free some, and give the same command again"):
        played(a_home(), tmp_path, 0.1)
    home = home_folder(tmp_path, 1)
    assert not (home / "home.json").exists()
    monkeypatch.undo()
    assert played(a_home(), tmp_path, 0.1).keys() == {"stored"}
    assert (home / "home.json").exists()


def test_a_table_that_is_not_whole_is_not_there(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({"a": list(range(30_000))})
    growing = written.GrowingTable(tmp_path / "a.parquet", table.schema)
    growing.add(table)
    assert not (tmp_path / "a.parquet").exists()
    growing.close()
    assert [*tmp_path.iterdir()] == []
    growing = written.GrowingTable(tmp_path / "a.parquet", table.schema)
    growing.add(table)
    growing.add(table)
    growing.finish()
    growing.close()
    assert len(parquet.read_table(tmp_path / "a.parquet")) == 60_000
    assert [one.name for one in tmp_path.iterdir()] == ["a.parquet"]
