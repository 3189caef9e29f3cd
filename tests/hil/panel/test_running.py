# SPDX-License-Identifier: Apache-2.0
"""A panel's run: the same bytes whoever works, gone on with where it was cut, refused where something else stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import Ended, xky
from xky.boards.description.board import board_file
from xky.hil.panel.chain import HandedThrough
from xky.hil.panel.homes import playing
from xky.hil.panel.layout import home_folder
from xky.hil.panel.running import PanelRun, RunSettings

from ...schema import require_schema

PANEL = """homes = 3
seed = 5
from = 2026-01-15
days = 0.05
[boards]
loky = 1
[[outage]]
of = "broker"
at = "2026-01-15T00:30"
for_s = 600
"""
SCHEMA = json.loads(
    (Path(__file__).parents[3] / "hil" / "panel" / "panel-run.schema.json").read_text(encoding="utf-8")
)  # fmt: skip


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(folder: Path, *options: str, panel: str = PANEL) -> Ended:
    (folder / "some.toml").write_text(panel, encoding="utf-8")
    return xky("panel", "run", "some.toml", "--out", "out", *options, cwd=folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    ended = run(folder, "--workers", "1", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    require_schema(told, SCHEMA)
    assert (told["homes_done"], told["whole"], told["name"]) == (3, True, "some")
    assert told["readings"]["stored"] > told["readings"]["broker"] > 0
    return folder / "out"


def test_the_folder_tells_of_the_panel_and_of_what_befell_its_servers(whole: Path) -> None:
    assert (whole / "panel.toml").read_text(encoding="utf-8") == PANEL
    told = json.loads((whole / "panel.json").read_text(encoding="utf-8"))
    assert told["until"] == "2026-01-15T01:12:00+01:00"
    assert (told["schema"], told["whole"], told["homes"]) == ("xky-panel/1", True, 3)
    parquet = pytest.importorskip("pyarrow.parquet")
    events = parquet.read_table(whole / "events.parquet").to_pydict()
    assert (events["cause"], events["what"]) == (["broker"], ["broker away"])
    assert events["to_us"][0] - events["from_us"][0] == 600 * 10**6
    home = json.loads((home_folder(whole, 2) / "home.json").read_text(encoding="utf-8"))
    assert (home["id"], home["board"], home["uplinks"], home["defect"]) == ("0002", "loky", ["lorawan"], None)


def test_exports_of_the_distributor_are_not_all_alike(whole: Path) -> None:
    assert len({path.read_bytes()[:120] for path in whole.glob("homes/*/distributor/consumption.csv")}) > 1


def test_an_outage_outside_of_the_run_is_told(tmp_path: Path) -> None:
    panel = PANEL + '[[outage]]\nof = "database"\nat = "2027-01-15T00:30"\nfor_s = 600\n'
    ended = run(tmp_path, "--homes", "1", panel=panel)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = "the database is away at 2027-01-15T00:30, which is outside of the run: nothing of that is played"
    assert told in ended.stdout.splitlines()
    assert "the broker is away" not in ended.stdout


@pytest.mark.nightly
def test_two_workers_write_the_same_bytes_as_one(whole: Path, tmp_path: Path) -> None:
    assert run(tmp_path, "--workers", "2").returncode == 0
    assert files(tmp_path / "out") == files(whole)


def test_a_home_is_the_same_however_many_there_are_and_more_may_follow(whole: Path, tmp_path: Path) -> None:
    assert run(tmp_path, "--workers", "1", "--homes", "2").returncode == 0
    assert files(tmp_path / "out" / "homes" / "0001") == files(whole / "homes" / "0001")
    assert run(tmp_path, "--workers", "1").returncode == 0
    assert files(tmp_path / "out") == files(whole)
    refused = run(tmp_path, "--homes", "2")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "xky: --out out: holds a panel of 3 homes, not 2; give another folder\n"


def test_a_run_that_was_cut_goes_on_and_begins_what_was_half_done_anew(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = playing.play_home

    def cut(task: playing.HomeTask, chain: Any) -> Any:
        if task.home.number == 2:
            half = home_folder(task.folder, 2) / "days" / "2026-01-14"
            half.mkdir(parents=True)
            (half / ".abc.partial").write_bytes(b"half")
            raise KeyboardInterrupt
        return play(task, chain)

    monkeypatch.setattr(playing, "play_home", cut)
    ended = run(tmp_path, "--workers", "1")
    assert ended.returncode == 130
    assert ended.stderr == "xky: stopped at 1 of 3 homes, kept in out; the same command goes on\n"
    assert json.loads((tmp_path / "out" / "panel.json").read_text(encoding="utf-8"))["whole"] is False
    monkeypatch.undo()
    (tmp_path / "out" / ".0123.partial").write_bytes(b"half")
    first = home_folder(tmp_path / "out", 1) / "home.json"
    written_ns = first.stat().st_mtime_ns
    assert run(tmp_path, "--workers", "1").returncode == 0
    assert first.stat().st_mtime_ns == written_ns
    assert files(tmp_path / "out") == files(whole)


DOUBLING = """homes = 1
seed = 5
from = 2026-01-15
days = {days}
[boards]
{board} = 1
[uplinks]
{way} = 1
[defects]
{defect} = 1
[[outage]]
of = "{of}"
at = "2026-01-15T00:05"
for_s = 60
"""


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("board", "days", "way", "defect", "of"),
    [
        ("eky", 0.008, "mqtt", "doubles-after-a-restart", "broker"),
        ("winky-lab", 0.02, "influx", "writes-twice-after-an-absence", "database"),
    ],
)
def test_a_gateway_that_doubles_its_messages_is_named_and_not_the_server_that_was_away_before(
    board: str, days: float, way: str, defect: str, of: str, tmp_path: Path
) -> None:
    panel = DOUBLING.format(board=board, days=days, way=way, defect=defect, of=of)
    assert run(tmp_path, "--workers", "1", panel=panel).returncode == 0
    found = json.loads(xky("panel", "reconcile", "out", "--json", cwd=tmp_path).stdout)
    (day,) = found["of_homes"][0]["days"]
    assert day["why"]["doubled"] == {"device": found["doubled"]}
    assert found["doubled"] > 10
    assert set(found["causes"]) <= {of}


@pytest.mark.parametrize(
    ("options", "panel", "told"),
    [
        (["--seed", "6"], PANEL, "holds another panel (seed 5, not 6); give another folder"),
        (["--days", "1"], PANEL, "holds another panel (until 2026-01-15T01:12:00+01:00, not 2026-01-16T"),
        ([], PANEL + "# changed\n", "holds a panel of another panel.toml; give another folder"),
    ],
)  # fmt: skip
def test_another_panel_in_the_folder_is_refused_in_a_line(
    options: list[str], panel: str, told: str, whole: Path
) -> None:
    before = files(whole)
    ended = run(whole.parent, *options, panel=panel)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"xky: --out out: {told}")
    assert ended.stderr.count("\n") == 1
    assert files(whole) == before


def test_a_board_file_is_kept_so_that_the_panel_is_read_anywhere_and_stays_one(tmp_path: Path) -> None:
    text = board_file("loky")[1]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own.toml").write_text(text, encoding="utf-8")
    panel = PANEL.replace("loky = 1", '"mine/own.toml" = 1')
    assert run(tmp_path, "--homes", "1", panel=panel).returncode == 0
    ended = xky("panel", "reconcile", tmp_path / "out", "--json", cwd=Path("/"))
    assert json.loads(ended.stdout)["of_homes"][0]["board"] == "own.toml"
    (tmp_path / "mine" / "own.toml").write_text(text + "# mended\n", encoding="utf-8")
    ended = run(tmp_path, "--homes", "1", panel=panel)
    told = "xky: --out out: holds a panel of another own.toml; give another folder\n"
    assert (ended.returncode, ended.stderr) == (2, told)


def test_two_board_files_of_one_name_are_told(tmp_path: Path) -> None:
    for name in ("loky", "eky"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "own.toml").write_text(board_file(name)[1], encoding="utf-8")
    panel = PANEL.replace("loky = 1", '"loky/own.toml" = 1\n"eky/own.toml" = 1')
    ended = run(tmp_path, panel=panel)
    told = "xky: boards: two files are called own.toml; give one of them another name\n"
    assert (ended.returncode, ended.stderr) == (2, told)


def test_a_folder_of_something_else_and_a_broken_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear", encoding="utf-8")
    ended = run(tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2, "xky: --out out: holds something else (letter.txt); give another folder\n"
    )  # fmt: skip
    (tmp_path / "out" / "panel.json").write_text("{}", encoding="utf-8")
    ended = run(tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2, "xky: --out out: its panel.json is none of a panel; give another folder\n"
    )  # fmt: skip


def test_a_panel_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = xky("panel", "run", "vilage", cwd=tmp_path)
    assert ended.returncode == 2
    assert "panel 'vilage': not known; known: stormy, village" in ended.stderr
    assert "Did you mean village?" in ended.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_missing_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xky.hil.panel.running.find_spec", lambda name: None)
    ended = xky("panel", "run", "village", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2, "xky: xky panel run: needs pyarrow; install it with: pip install 'xky-hil[parquet]'\n"
    )  # fmt: skip


def test_a_chain_is_closed_whatever_comes_of_its_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []

    class Counted(HandedThrough):
        def close(self) -> None:
            closed.append(True)

    def fails(*_: object) -> None:
        raise RuntimeError("as the test wants it")

    monkeypatch.setattr(playing, "play_home", fails)
    (tmp_path / "some.toml").write_text(PANEL, encoding="utf-8")
    panel = PanelRun(RunSettings(str(tmp_path / "some.toml"), tmp_path / "out", workers=1, chain=Counted))
    with pytest.raises(RuntimeError, match="as the test wants it"):
        [*panel.play()]
    assert closed == [True]
