# SPDX-License-Identifier: Apache-2.0
"""What a home of a panel costs beside the bare day of its board, many homes beside one, and the memory of a worker.

The day is that of ``test_uplink_day_benchmark.py``: same board, same probes, same house, bytes made, parsed and judged
by the oracle; both alternate in one run, and what counts is processor time. The ratio to the day without the oracle is
printed, too. 760 homes take minutes: the ratio is measured with fewer, and by processor time, since wall time is also
that of whatever else runs; both are printed.
"""

import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from datetime import time as wall
from pathlib import Path
from statistics import median

import pytest

from xky.emulator.legal_time import PARIS, instant_us, midnight_after
from xky.emulator.load.appliances import COMMON
from xky.hil.panel.chain import HandedThrough
from xky.hil.panel.homes.home import Home, drawn_home
from xky.hil.panel.homes.playing import HomeTask, play_home
from xky.hil.panel.panel_file import panel_file

from .test_uplink_day_benchmark import BOARD, a_day, seldom_collected

__all__ = ["seldom_collected"]

GOAL, GOAL_OF_MANY, MEMORY_MB = 1.3, 1.15, 400
LEFT_MB = 40  # by fifty homes more; they left a hundred as long as each home stayed
ROUNDS, HOMES, WORKERS = 5, 16, 2

PANEL = f"""
homes = {HOMES}
from = 2026-01-15
[boards]
{BOARD} = 1
[uplinks]
"mqtt+influx" = 1
"""


def the_home(tmp_path: Path, days: float = 1, board: str = BOARD) -> HomeTask:
    panel = panel_file("village")[0]
    from_us = until_us = instant_us(datetime.combine(panel.first, wall(), PARIS))
    for _ in range(int(days)):
        until_us = midnight_after(until_us)
    until_us += round(days % 1 * 86_400) * 1_000_000
    uplinks = ("mqtt",) if board == "eky" else ("mqtt", "influx")
    home: Home = replace(  # that of the day beside it
        drawn_home(panel, 1, 1), board=board, uplinks=uplinks, mode="standard", contract="hc", phases=1,
        producer=False, seed=1, appliances=COMMON, supply="min_spec", pref_kva=6,
    )  # fmt: skip
    return HomeTask(home, "benchmark", from_us, until_us, (), tmp_path)


def test_a_home_beside_the_day_of_its_board(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    played, judged = [], []
    for _ in range(ROUNDS):
        day_s, judged_s, _readings = a_day(["mqtt", "influx"])
        began_s = time.process_time()
        play_home(the_home(tmp_path), HandedThrough())
        home_s = time.process_time() - began_s
        played.append(home_s / day_s)
        judged.append(home_s / (day_s + judged_s))
    with capsys.disabled():
        print(
            f"\na home-day of sim:{BOARD}, bytes made and columns written: {median(played):.2f} times the day with "
            f"its bytes without the oracle (goal {GOAL}), {median(judged):.2f} times the day with it"
        )
    assert median(judged) <= GOAL


def test_many_homes_beside_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "panel.toml"
    file.write_text(PANEL, encoding="utf-8")
    xky = str(Path(sys.executable).with_name("xky"))

    def seconds(homes: int, workers: int) -> tuple[float, float]:
        """Of wall and of processors."""
        began_s, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        out = tmp_path / f"{homes}-{workers}"
        told = ["panel", "run", str(file), "--homes", str(homes), "--workers", str(workers), "--out", str(out)]
        subprocess.run([xky, *told], check=True, capture_output=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        used_s = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        return time.monotonic() - began_s, used_s

    one_s, one_used_s = seconds(1, 1)
    many_s, many_used_s = seconds(HOMES, WORKERS)
    ratio = many_used_s / (HOMES * one_used_s)
    with capsys.disabled():
        print(
            f"\n{HOMES} homes of {BOARD} on {WORKERS} workers: {many_s:.1f} s, "
            f"{many_s * WORKERS / (HOMES * one_s):.2f} times {HOMES} × {one_s:.1f} s ÷ {WORKERS} by the wall, "
            f"{ratio:.2f} by processors (goal {GOAL_OF_MANY})"
        )
    assert ratio <= GOAL_OF_MANY


PEAK = """
import re, sys
from pathlib import Path
from tests.benchmarks.test_panel_benchmark import the_home
from xky.hil.panel.chain import HandedThrough
from xky.hil.panel.homes.playing import play_home
board, homes, days = sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
for number in range(homes):
    play_home(the_home(Path(sys.argv[1]), days, board), HandedThrough())
told = Path("/proc/self/status").read_text()  # the peak of getrusage begins with that of the process that forked
print(int(re.search(r"VmHWM:\\s*([0-9]+)", told)[1]) // 1024)
"""


def test_the_memory_of_a_worker_does_not_grow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for board, homes, days in ((BOARD, 1, 1.0), (BOARD, 6, 1.0), (BOARD, 1, 5.0), ("eky", 1, 1.0)):
        peak_mb = peak_of_a_worker(tmp_path, board, homes, days, capsys)
        assert peak_mb < MEMORY_MB


def test_a_home_that_is_over_leaves_nothing_in_a_worker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few_mb, many_mb = (peak_of_a_worker(tmp_path, BOARD, homes, 0.05, capsys) for homes in (10, 60))
    assert many_mb - few_mb < LEFT_MB


def peak_of_a_worker(tmp_path: Path, board: str, homes: int, days: float, capsys: pytest.CaptureFixture[str]) -> int:
    told = [sys.executable, "-c", PEAK, str(tmp_path), board, str(homes), str(days)]
    ended = subprocess.run(told, check=True, capture_output=True, cwd=Path(__file__).parents[2])
    peak_mb = int(ended.stdout)
    with capsys.disabled():
        print(f"\npeak of a worker, {board}, {homes} × {days:g} days: {peak_mb} MB (goal {MEMORY_MB})")
    return peak_mb
