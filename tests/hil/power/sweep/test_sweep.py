# SPDX-License-Identifier: Apache-2.0
"""``xky power sweep`` as a person meets it: maps, frontiers, files that go on, other machines' cores."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xky.boards.description.phases import phases_of
from xky.boards.power.cycle import Cycle
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES
from xky.hil import workers
from xky.hil.cli import app
from xky.hil.power.population.population import Population, value_of
from xky.hil.power.population.simulation import simulate_population
from xky.hil.power.sweep import batches
from xky.hil.power.sweep.quantity import varied_of
from xky.protocol import BenchError, InputError, Mode

from ..populations import WINKY

SMALL = ("--vary", "cap_f=0.2:1.0", "--vary", "period=12s:30s", "--points", "6", "--cycles", "10")
MANY = ("--vary", "cap_f=0.2:2.0", "--points", "5000", "--cycles", "2")
PNG = b"\x89PNG"


def sweep(*arguments: object, board: str = "winky-c6") -> int:
    return app(["power", "sweep", board, *map(str, arguments)], standalone_mode=False) or 0


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    def told(*arguments: object) -> dict[str, Any]:
        sweep(*arguments, "--json")
        return json.loads(capsys.readouterr().out)

    return told


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()[1:]))


def test_a_map_says_what_each_point_does(told: Callable[..., dict[str, Any]]) -> None:
    found = told(*SMALL)
    capacitances, periods = (one["values"] for one in found["varied"])
    assert [one["unit"] for one in found["varied"]] == ["F", "s"]
    assert (capacitances[0], periods[-1]) == (0.2, 30.0)
    margin_v = np.array(found["margin_v"])
    assert margin_v.shape == (6, 6)
    columns = {"power.capacitor.capacitance_f": np.array([1.0]), "period_s": np.array([30.0])}
    alone = simulate_population(Population(WINKY, 1, columns, 12.0, 274.0), 10)
    assert margin_v[-1, -1] == pytest.approx(alone.margin_v[0], abs=1e-6)
    assert (margin_v[:, 1:] >= margin_v[:, :-1] - 1e-9).all()  # more time to charge is never worse
    assert found["lives"][0][0] is False and found["lives"][-1][-1] is True
    assert margin_v[0, -1] < 0 and found["lives"][0][-1] is True  # later wakes come through


@pytest.mark.nightly
def test_the_frontier_is_where_single_boards_begin_to_brown_out(told: Callable[..., dict[str, Any]]) -> None:
    found = told("--vary", "cap_f=0.4:0.6", "--vary", "period=10s:30s", "--points", "8", "--cycles", "3000")
    assert len(found["frontier"]) == 8
    supply, phases = SUPPLIES["min_spec"], phases_of(WINKY, Mode.STANDARD)
    for capacitance_f, period_s in (found["frontier"][0], found["frontier"][-1]):
        assert WINKY.power is not None and WINKY.power.capacitor is not None
        capacitor = WINKY.power.capacitor.model_copy(update={"capacitance_f": capacitance_f})
        train = Train(WINKY.power.model_copy(update={"capacitor": capacitor}))
        shortest = Cycle(train, supply, phases, 30.0).shortest_period_s()
        assert shortest is not None
        assert period_s == pytest.approx(shortest[0], abs=0.03)


@pytest.mark.nightly
def test_any_number_of_the_boards_file(told: Callable[..., dict[str, Any]]) -> None:
    short = told("--vary", "esr_ohm=0.1:3", "--points", 4, "--period", "20s")
    dotted = told("--vary", "power.capacitor.esr_ohm=0.1:3", "--points", 4, "--period", "20s")
    assert dotted["margin_v"] == short["margin_v"]
    assert short["margin_v"] == sorted(short["margin_v"], reverse=True)
    of_load = told("--vary", "load.listen.current_a=0.01:0.08:log", "--points", 4)
    assert of_load["margin_v"] == sorted(of_load["margin_v"], reverse=True)
    values = of_load["varied"][0]["values"]
    assert values[1] / values[0] == pytest.approx(values[3] / values[2])
    assert told("--vary", "wake.boot_s=0.1:3", "--points", 2)["wake_s"] == pytest.approx([6.15, 9.05])


@pytest.mark.parametrize(
    ("told", "low", "high"), [("period=30:60", 30, 60), ("period=1min:0.5h", 60, 1800), ("voc_v=8:13", 8, 13)]
)
def test_units(told: str, low: float, high: float) -> None:
    (one,) = varied_of([told], WINKY, 5)
    assert (one.values[0], one.values[-1]) == (low, high)


@pytest.mark.by_day(9)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vary", "colour=1:2"], "known: cap_f, .*power.capacitor.esr_ohm"),
        (["--vary", "cap_f=2:1"], "smaller value first"),
        (["--vary", "cap_f=0:1"], "no value for power.capacitor.capacitance_f"),
        (["--vary", "cap_f=0:1:log"], "over 0"),
        (["--vary", "cap_f=1:x"], "'x' is no number"),
        (["--vary", "cap_f=1:nan"], "'nan' is no number"),
        (["--vary", "cap_f"], "expected NAME=LOW:HIGH"),
        (["--vary", "period=1d:2d"], "no time over 0"),
        (["--vary", "voc_v=0:12"], "values of 0.01"),
        (["--vary", "power.capacitor.part=1:2"], "is no number"),
        (["--vary", "power.charger.drop_v=0:1"], "no such quantity"),
        (["--vary", "load.boot.peak_a=0.1:1"], "gives no value"),
        (["--vary", "cap_f=1:2", "--vary", "power.capacitor.capacitance_f=1:2"], "varied twice"),
        (["--vary", "cap_f=1:2", "--vary", "esr_ohm=1:2", "--vary", "voc_v=8:12"], "one or two"),
        (["--vary", "cap_f=1:2", "--points", "1"], "--points 1"),
        (["--vary", "cap_f=1:2", "--supply", "specification"], "only with --monte-carlo"),
        (["--vary", "cap_f=1:2", "--supply", "sun"], "not known"),
        (["--vary", "cap_f=1:2", "--temperature", "-10:50"], "a range is for --monte-carlo"),
        (["--vary", "cap_f=1:2", "--temperature", "warm"], "degrees Celsius"),
        (["--vary", "period=8:20", "--period", "30s"], "varied already"),
        (["--vary", "cap_f=1:2", "--plot", "map.pdf"], "unknown ending"),
        (["--vary", "cap_f=1:2", "--monte-carlo", "100"], "either"),
        ([], "either"),
    ],
)
def test_what_cannot_be_varied(arguments: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words) as complaint:
        sweep(*arguments)
    assert "\n" not in str(complaint.value)


def test_a_mode_that_the_board_does_not_read(tmp_path: Path) -> None:
    import xky.boards

    text = (Path(next(iter(xky.boards.__path__))) / "winky-c6.toml").read_text(encoding="utf-8")
    (tmp_path / "old.toml").write_text(text.replace('["historic", "standard"]', '["historic"]'), encoding="utf-8")
    with pytest.raises(InputError, match="does not read it; it reads historic"):
        sweep(*SMALL, "--mode", "standard", board=str(tmp_path / "old.toml"))
    assert sweep(*SMALL, board=str(tmp_path / "old.toml")) == 0


def test_a_board_without_power() -> None:
    with pytest.raises(InputError, match=r"no \[power\] table"):
        sweep("--vary", "cap_f=1:2", board="generic")


def test_a_key_that_is_not_there() -> None:
    with pytest.raises(InputError, match="no such value"):
        value_of(WINKY, "power.capacitor.esr_ohm.more")


@pytest.mark.nightly
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_pictures(tmp_path: Path, ending: str) -> None:
    for name, arguments in (("map", SMALL), ("line", ("--vary", "period=5:40:log", "--points", 9, "--cycles", 10))):
        picture = tmp_path / f"{name}.{ending}"
        sweep(*arguments, "--plot", picture)
        first = picture.read_bytes()
        if ending == "svg":
            for words in ("brown-out", "period (s)", "margin over brown-out"):
                assert words in first.decode()
        else:
            assert first.startswith(PNG)
        sweep(*arguments, "--plot", picture)
        assert picture.read_bytes() == first


def test_points_with_a_margin_that_do_not_live_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("--vary", "period=5:40", "--points", 8, "--cycles", 5, "--supply", "strong")
    out = capsys.readouterr().out
    assert "7 of 8 points live" in out
    assert "not alive in spite of a margin: 1; their wake is longer than the period, or their boost is fed" in out


def test_a_folder_gets_all_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep(*SMALL, "--out", tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["sweep.csv", "sweep.json", "sweep.png"]
    assert "brown-out frontier" in capsys.readouterr().out
    rows = rows_of(tmp_path / "run" / "sweep.csv")
    found = json.loads((tmp_path / "run" / "sweep.json").read_text(encoding="utf-8"))
    assert [float(row["margin_v"]) for row in rows] == [value for row in found["margin_v"] for value in row]
    assert float(rows[0]["cap_f"]) == 0.2 and float(rows[1]["period"]) == pytest.approx(15.6)
    assert {row["worst"] for row in rows} <= set(WINKY.power.loads)


@pytest.mark.parametrize("name", ["sweep.csv", "sweep.json", "sweep.png"])
def test_a_folder_in_the_place_of_a_file_is_told_before_the_sweep(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xky.hil.cli.power.sweep._simulated", lambda *_: pytest.fail("the sweep has begun"))
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=f"{name} is a folder, not a file of a sweep; move it, or give another"):
        sweep("--vary", "cap_f=0.2:2.0:2", "--out", tmp_path)


def test_what_was_done_is_kept_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, broken = tmp_path / "whole.csv", tmp_path / "broken.csv"
    sweep(*MANY, "--out", whole)
    made = []

    def interrupted(population: Population, cycles: int) -> Any:
        made.append(population.count)
        if len(made) == 2:
            raise KeyboardInterrupt
        return simulate_population(population, cycles)

    monkeypatch.setattr(batches, "simulate_population", interrupted)
    assert sweep(*MANY, "--out", broken) == 130
    told = capsys.readouterr().err
    assert f"stopped at 2048 of 5000 points, kept in {broken}; the same command goes on" in told
    with broken.open("a", encoding="utf-8") as file:
        file.write("2048,0.93")  # a line that was cut
    assert sweep(*MANY, "--out", broken) == 0
    assert made[2:] == [2048, 904]
    assert broken.read_bytes() == whole.read_bytes()
    sweep(*MANY, "--out", broken)  # nothing is left to do
    assert made[4:] == []


@pytest.mark.nightly
@pytest.mark.parametrize("more", [("--jobs", 2), ("--scheduler", "tcp://127.0.0.1:9")])
def test_a_finished_sweep_needs_nobody_to_work_on_it(
    more: tuple[object, ...], tmp_path: Path, told: Callable[..., dict[str, Any]]
) -> None:
    path = tmp_path / "points.csv"
    made = told(*SMALL, "--out", path)
    whole = path.read_bytes()
    assert told(*SMALL, "--out", path, *more) == made
    assert path.read_bytes() == whole


@pytest.mark.nightly
def test_a_file_goes_on_wherever_it_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    sweep(*SMALL, "--out", path)
    whole = path.read_bytes()
    sign, header, *_ = whole.splitlines(keepends=True)
    for kept in (sign[:9], sign, sign + header[:9], sign + header[:-1], sign + header, whole[:-1]):
        path.write_bytes(kept)
        sweep(*SMALL, "--out", path)
        assert path.read_bytes() == whole


BAD_POINTS = {
    "before the first": lambda line: b"-1" + line[line.index(b",") :],
    "of another point": lambda line: b"3" + line[line.index(b",") :],
    "not as it is written": lambda line: b"0_0" + line[line.index(b",") :],
    "of other values": lambda line: line.replace(b",0.2,", b",0.3,"),
    "of a state that there is not": lambda line: line[: line.rindex(b",")] + b",dream\n",
    "neither lives nor dies": lambda line: line.replace(b",0,", b",7,", 1),
    "cut and mended": lambda line: line[: line.rindex(b",")] + b"\n",
    "longer": lambda line: line[:-1] + b",1\n",
}


@pytest.mark.nightly
@pytest.mark.parametrize("what", BAD_POINTS)
def test_a_line_that_is_no_point_of_the_sweep_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    sweep(*SMALL, "--out", path)
    sign, header, first, *rest = path.read_bytes().splitlines(keepends=True)
    bad = BAD_POINTS[what](first)
    assert bad != first
    path.write_bytes(b"".join([sign, header, *rest, bad]))
    with pytest.raises(InputError, match=r"points.csv:38: is no point of this sweep; remove the line"):
        sweep(*SMALL, "--out", path)


@pytest.mark.nightly
def test_a_file_of_another_sweep_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    sweep(*SMALL, "--out", path)
    before = path.read_bytes()
    for other in ([*SMALL, "--supply", "typical"], [*SMALL, "--temperature", "20"], [*SMALL[:-1], "11"]):
        with pytest.raises(InputError, match="of another sweep; give another name"):
            sweep(*other, "--out", path)
    assert path.read_bytes() == before
    path.write_text("my,numbers\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no sweep's"):
        sweep(*SMALL, "--out", path)
    path.write_bytes(before + b"99,1\n")
    with pytest.raises(InputError, match=r"points.csv:39: is no point"):
        sweep(*SMALL, "--out", path)
    with pytest.raises(InputError, match="no folder"):
        sweep(*SMALL, "--out", tmp_path / "nowhere" / "x.csv")


@pytest.mark.nightly
@pytest.mark.parametrize(("column", "told"), [("lives", "inf"), ("lives", "7"), ("margin_v", "inf"), ("margin_v", "x")])
def test_a_result_that_no_sweep_writes_is_refused_with_its_line(column: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    sweep(*SMALL, "--out", path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    fields, place = lines[5].rstrip("\n").split(","), lines[1].rstrip("\n").split(",").index(column)
    fields[place] = told
    lines[5] = ",".join(fields) + "\n"
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match=r"points.csv:6: is no point of this sweep; remove the line"):
        sweep(*SMALL, "--out", path)


@pytest.mark.nightly
def test_processes_give_the_same(tmp_path: Path) -> None:
    sweep(*MANY, "--out", tmp_path / "one.csv", "--jobs", 1)
    sweep(*MANY, "--out", tmp_path / "two.csv", "--jobs", 2)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_process_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_simulate", ended)
    with pytest.raises(BenchError, match="ended before its work"):
        sweep(*MANY, "--jobs", 2)


def ended(population: Population, start: int, cycles: int) -> None:
    """A batch in whose middle the system ends the process."""
    os._exit(1)


@pytest.mark.nightly
def test_a_cluster_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    sweep(*MANY, "--out", tmp_path / "here.csv")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, host="127.0.0.1", protocol="tcp://", dashboard_address=None
    ) as cluster:
        sweep(*MANY, "--out", tmp_path / "there.csv", "--scheduler", cluster.scheduler_address)
        monkeypatch.setattr(batches, "simulate_population", lacking)
        with pytest.raises(BenchError, match=r"a worker lacks a package \(no numpy\)"):
            sweep(*MANY, "--scheduler", cluster.scheduler_address)
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


def lacking(population: Population, cycles: int) -> None:
    """What a worker without the extra does."""
    raise ImportError("no numpy")


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_CONNECT_S", 0.2)
    with pytest.raises(BenchError, match="does not answer"):
        sweep(*SMALL, "--scheduler", "tcp://127.0.0.1:9")


@pytest.mark.parametrize(("module", "words"), [("SALib", "power"), ("scipy", "power")])
def test_without_the_extra(module: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from xky.hil.cli.power import sweep as command

    monkeypatch.setattr(command, "find_spec", lambda name: None if name == module else object())
    with pytest.raises(InputError, match=rf"{module} not installed; .*xky-hil\[{words}\]"):
        sweep(*SMALL)
