# SPDX-License-Identifier: Apache-2.0
"""How long a program waited for a processor, as Linux tells it; and that a bench takes it for its own lateness."""

import shutil
import sys
from pathlib import Path

import pytest

from xky.boards import board_named
from xky.emulator import Linky
from xky.emulator.runner import LATE_S
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import open_device
from xky.hil.launch.run_delay import RunDelay

READER = Path(__file__).parents[3] / "docs" / "examples" / "reader.py"


def tell(proc: Path, process: int, thread: int, waited_s: float, children: str = "") -> None:
    """What the system tells of a thread."""
    folder = proc / str(process) / "task" / str(thread)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "schedstat").write_text(f"5000000 {int(waited_s * 1e9)} 7\n", encoding="ascii")
    (folder / "children").write_text(children, encoding="ascii")


def test_it_is_the_longest_of_any_thread_of_any_descendant_since_the_last_time(tmp_path: Path) -> None:
    tell(tmp_path, 10, 10, 9.0, "20 ")
    tell(tmp_path, 20, 20, 1.0)
    tell(tmp_path, 20, 21, 2.0, "30 31 ")
    tell(tmp_path, 30, 30, 0.5)
    tell(tmp_path, 31, 31, 0.5)
    delay = RunDelay(10, tmp_path)
    assert delay.longest_s() == 0.0
    tell(tmp_path, 10, 10, 19.0, "20 ")  # who keeps the program is none of it
    tell(tmp_path, 20, 20, 1.125)
    tell(tmp_path, 30, 30, 0.75)
    assert delay.longest_s() == 0.25
    assert delay.longest_s() == 0.0
    shutil.rmtree(tmp_path / "31")
    tell(tmp_path, 30, 30, 0.75, "32 ")
    tell(tmp_path, 32, 32, 0.5)  # has waited since it began
    assert delay.longest_s() == 0.5


def test_where_nobody_tells_nobody_waited(tmp_path: Path) -> None:
    assert RunDelay(10, tmp_path).longest_s() == 0.0


CROWDED = """
import os, subprocess, sys
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])  # and so of all that follow
for _ in range(2):
    subprocess.Popen([sys.executable, "-c", "while True: pass"])
os.nice(19)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(),
    reason="needs Linux with CONFIG_SCHED_INFO: run the tests on such a kernel",
)
@pytest.mark.realtime
def test_a_program_that_is_not_let_run_makes_its_bench_late(tmp_path: Path) -> None:
    crowded = tmp_path / "crowded.py"
    crowded.write_text(CROWDED, encoding="utf-8")
    device = open_device(f"exec:{sys.executable} {crowded} {READER} {{port}} {{mode}}")
    with Bench(device, board_named("generic"), Linky()) as bench:
        bench.run(lambda: bool(bench.late) or bench.now_s > 20.0)
        assert bench.late
        assert bench.late[-1].late_s > LATE_S
