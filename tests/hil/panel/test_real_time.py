# SPDX-License-Identifier: Apache-2.0
"""A panel in real time: the same bytes as in virtual time, nothing early, lateness told, and cut by Ctrl-C."""

import json
import resource
import signal
import subprocess
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from xky.hil.panel.chain import Carried, HandedThrough, Message
from xky.hil.panel.homes import together
from xky.hil.panel.homes.home import drawn_home
from xky.hil.panel.homes.open_files import open_files_are_needed
from xky.hil.panel.homes.playing import HomeTask, home_under_way
from xky.hil.panel.homes.together import play_together
from xky.hil.panel.layout import home_folder
from xky.hil.panel.panel_file import panel_file
from xky.hil.panel.running import PanelRun, RunSettings
from xky.protocol import BenchError

from ...command import XKY, started, xky
from ...schema import require_schema
from .test_running import SCHEMA, files

PANEL = """homes = 2
seed = 5
from = 2026-01-15
days = 0.02
[boards]
loky = 1
winky-c6-tasmota = 1
[uplinks]
mqtt = 1
lorawan = 1
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In virtual time."""
    folder = tmp_path_factory.mktemp("virtual")
    (folder / "some.toml").write_text(PANEL, encoding="utf-8")
    assert xky("panel", "run", "some.toml", "--workers", "1", "--out", "out", cwd=folder).returncode == 0
    return folder / "out"


def task_of(folder: Path, whole: Path, number: int) -> HomeTask:
    run = PanelRun(RunSettings(str(whole.parent / "some.toml"), folder))
    home = drawn_home(panel_file(str(whole.parent / "some.toml"))[0], 5, number)
    return HomeTask(home, f"panel 5 home {number}", run.from_us, run.until_us, (), folder)


def test_a_run_in_real_time_writes_the_bytes_of_virtual_time_and_says_how_late_it_was(
    whole: Path, tmp_path: Path
) -> None:
    (tmp_path / "some.toml").write_text(PANEL, encoding="utf-8")
    began_s = time.monotonic()
    ended = xky("panel", "run", "some.toml", "--workers", "1", "--speed", "2000", "--json", cwd=tmp_path)
    assert ended.returncode == 0
    assert time.monotonic() - began_s >= 0.86  # 1728 s
    told = json.loads(ended.stdout)
    require_schema(told, SCHEMA)
    assert (told["whole"], told["homes_done"], told["speed"]) == (True, 2, 2000)
    assert told["worst_late_s"] >= 0
    assert files(tmp_path / "panel") == files(whole)


@pytest.mark.nightly
@pytest.mark.parametrize("number", [1, 2])
def test_how_often_messages_are_taken_to_the_servers_does_not_show_in_the_files(
    number: int, whole: Path, tmp_path: Path
) -> None:
    with home_under_way(task_of(tmp_path, whole, number), HandedThrough()) as playing:
        assert len([*playing.looks(7_000_000)]) > 200
    assert files(home_folder(tmp_path, number)) == files(home_folder(whole, number))


class Watched(HandedThrough):
    """Notes when each message came, in real seconds."""

    def __init__(self, busy_s: float = 0.0) -> None:
        self.came: list[tuple[int, float]] = []
        self._busy_s = busy_s

    def carry(self, home: int, day: date, messages: Sequence[Message]) -> Carried:
        self.came += [(one.at_us, time.monotonic()) for one in messages]
        if messages and self._busy_s:
            time.sleep(self._busy_s)
            self._busy_s = 0.0
        return super().carry(home, day, messages)


def test_no_message_comes_before_its_time_and_all_homes_are_played_at_once(whole: Path, tmp_path: Path) -> None:
    chains = [Watched(), Watched()]
    unused = iter(chains)
    tasks = [task_of(tmp_path, whole, number) for number in (1, 2)]
    began_s = time.monotonic()
    played = play_together(tasks, lambda: next(unused), 2000.0, lambda line: None)
    assert [sum(one.values()) > 0 for one in played.got] == [True, True]
    for chain in chains:
        assert len(chain.came) > 1
        assert all(came_s - began_s >= (at_us - tasks[0].from_us) / 1e6 / 2000 for at_us, came_s in chain.came)
    assert max(chain.came[0][1] for chain in chains) < min(chain.came[-1][1] for chain in chains)


def test_who_comes_late_is_told_once_and_again_when_the_clock_is_reached(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "TOLD_LATE_S", 0.3)
    told: list[str] = []
    tasks = [task_of(tmp_path, whole, 1)]
    late = play_together(tasks, lambda: Watched(busy_s=1.0), 1000.0, told.append)
    assert late.worst_late_s > 0.3
    assert "s behind real time; they go on as fast as they can" in told[0]
    assert told[-1] == "the homes have caught up with real time"


def test_what_befalls_a_home_in_real_time_ends_the_run(whole: Path, tmp_path: Path) -> None:
    class Gone(HandedThrough):
        def carry(self, home: int, day: date, messages: Sequence[Message]) -> Carried:
            raise BenchError("as the test wants it")

    with pytest.raises(BenchError, match="as the test wants it"):
        play_together([task_of(tmp_path, whole, 1), task_of(tmp_path, whole, 2)], Gone, 5000.0, lambda line: None)


@pytest.mark.parametrize(("soft", "hard", "raised"), [(256, 5000, [(1264, 5000)]), (1264, 1264, []), (-1, -1, [])])
def test_as_many_open_files_as_homes_and_their_servers_need_are_asked_of_the_system(
    soft: int, hard: int, raised: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    open_files_are_needed([HandedThrough()] * 300)
    assert asked == raised


def test_too_few_open_files_are_told_before_a_home_begins(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    with pytest.raises(BenchError, match="2 homes at once in a process need 72 open files, and the system allows 64"):
        play_together([task_of(tmp_path, whole, 1), task_of(tmp_path, whole, 2)], HandedThrough, 1.0, print)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.nightly
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_leaves_a_folder_that_is_not_whole_and_that_virtual_time_goes_on_with(
    workers: str, whole: Path, tmp_path: Path
) -> None:
    (tmp_path / "some.toml").write_text(PANEL, encoding="utf-8")
    words = [*XKY, "panel", "run", "some.toml", "--workers", workers, "--out", "out", "--speed", "1"]
    out, give_up_s = tmp_path / "out", time.monotonic() + 60
    with started(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        while not (out / "panel.json").exists():
            assert time.monotonic() < give_up_s
            time.sleep(0.05)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert told.splitlines()[-1] == "xky: stopped at 0 of 2 homes, kept in out; the same command goes on"
    assert json.loads((out / "panel.json").read_text(encoding="utf-8"))["whole"] is False
    assert not [*out.glob("homes/*/home.json")]
    assert xky("panel", "run", "some.toml", "--workers", "1", "--out", "out", cwd=tmp_path).returncode == 0
    assert files(out) == files(whole)


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "1e9"])
def test_a_speed_that_cannot_be_is_told_before_anything_is_made(speed: str, tmp_path: Path) -> None:
    ended = xky("panel", "run", "village", "--speed", speed, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"xky: --speed {float(speed):g}: expected a number from 0.001 to 1e+06")
    assert [*tmp_path.iterdir()] == []
