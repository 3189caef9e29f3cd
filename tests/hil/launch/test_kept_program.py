# SPDX-License-Identifier: Apache-2.0
"""Programs of which nothing outlives the process that started them, however either of them ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xky.hil.launch.keeper import living
from xky.hil.launch.kept_program import ENDS_WITHIN_S, KeptProgram

from ...command import XKY, started

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="orphans are found by /proc")

PATIENCE_S = 20.0
# Writes the numbers of all that it starts into a file: itself deaf to SIGTERM, and daemons that made sessions of
# their own, one of them deaf as well.
STUBBORN = """
import os, signal, sys, time
numbers = open(sys.argv[1], "a", buffering=1)

def daemon(deaf):
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    if deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), file=numbers)
    time.sleep(600)

signal.signal(signal.SIGTERM, signal.SIG_IGN)
daemon(True)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
daemon(False)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), file=numbers)
"""
STAYS = "time.sleep(600)\n"


def lives(number: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def waited(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold in time."""
    give_up = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < give_up:
        time.sleep(0.01)
    return holds()


class Numbers:
    """Processes that wrote themselves down."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "numbers"
        self.path.touch()

    def come(self, count: int) -> list[int]:
        """As many as are awaited."""
        assert waited(lambda: self.path.read_text().count("\n") >= count)
        return [int(line) for line in self.path.read_text().split()]


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[Numbers]:
    """A file for numbers; what is left of them in a test that fails is ended."""
    kept = Numbers(tmp_path)
    yield kept
    for number in map(int, kept.path.read_text().split()):
        if lives(number):
            os.kill(number, signal.SIGKILL)


def program(*words: str) -> KeptProgram:
    """A program whose standard output goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        return KeptProgram(words, stdout=nowhere, environment=dict(os.environ))
    finally:
        os.close(nowhere)


def test_daemons_and_programs_deaf_to_sigterm_are_ended(numbers: Numbers) -> None:
    kept = program(sys.executable, "-c", STUBBORN + STAYS, str(numbers.path))
    processes = numbers.come(3)
    assert all(map(lives, processes)) and kept.status is None
    began_s = time.monotonic()
    kept.end()
    assert time.monotonic() - began_s < 2 * ENDS_WITHIN_S + 1
    assert not any(map(lives, processes))
    assert (kept.status, kept.left) == (-signal.SIGKILL, [])
    kept.end()
    kept.stderr.close()


def test_what_a_program_left_is_ended_after_it_ended(numbers: Numbers) -> None:
    kept = program(sys.executable, "-c", STUBBORN + "sys.exit(7)", str(numbers.path))
    processes = numbers.come(3)
    assert waited(lambda: kept.status is not None)
    assert kept.status == 7
    assert sum(map(lives, processes)) == 2
    kept.end()
    kept.stderr.close()
    assert not any(map(lives, processes))


@pytest.mark.parametrize(("words", "status"), [
    (("true",), 0), (("sh", "-c", "exit 3"), 3), (("sh", "-c", "kill -9 $$"), -9), (("sh", "-c", "kill -40 $$"), -40),
])  # fmt: skip
def test_how_it_ended(words: tuple[str, ...], status: int) -> None:
    kept = program(*words)
    assert waited(lambda: kept.status is not None)
    assert kept.status == status
    kept.end()
    assert kept.status == status
    kept.stderr.close()


def test_a_program_that_heeds_sigterm_has_its_time_for_it(tmp_path: Path) -> None:
    said = tmp_path / "said"
    kept = program("sh", "-c", f"trap 'sleep 0.2; echo end >> {said}; exit 5' TERM; echo up > {said}; sleep 9 & wait")
    assert waited(lambda: said.exists() and said.read_text() == "up\n")
    kept.end()
    kept.stderr.close()
    assert (said.read_text(), kept.status) == ("up\nend\n", 5)


def test_a_program_is_as_its_parent_is_but_for_its_session(tmp_path: Path) -> None:
    told = "import json, os, sys; open(sys.argv[1], 'w').write(json.dumps([os.getsid(0) == os.getpid(), os.getcwd(), "
    told += "sorted(os.listdir('/proc/self/fd')), open('/proc/self/status').read()]))"
    kept = program(sys.executable, "-c", told, str(tmp_path / "said"))
    assert waited(lambda: kept.status is not None)
    kept.end()
    kept.stderr.close()
    alone, folder, descriptors, status = json.loads((tmp_path / "said").read_text())
    assert (alone, folder) == (True, os.getcwd())
    assert set(descriptors) <= {"0", "1", "2", "3", "4"}  # its file, and the folder that is listed
    masks = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Sig"))
    assert int(masks["SigBlk"], 16) == 0
    assert int(masks["SigIgn"], 16) & 1 << signal.SIGTERM - 1 == 0


@pytest.mark.parametrize("words", [("/",), ("/no/such/program",)])
def test_what_cannot_be_run_is_an_error_of_the_system(words: tuple[str, ...]) -> None:
    with pytest.raises(OSError, match=r"."):
        program(*words)


def test_a_program_whose_keeper_is_killed_has_ended() -> None:
    kept = program("sleep", "600")
    (child,) = [number for number, name in living(0).items() if name == "sleep"]
    os.kill(kept._keeper.pid, signal.SIGKILL)
    assert waited(lambda: kept.status is not None)
    assert waited(lambda: not lives(child))
    kept.end()
    kept.stderr.close()


def test_nothing_of_a_device_outlives_a_bench_that_is_killed(numbers: Numbers, tmp_path: Path) -> None:
    (tmp_path / "device.py").write_text(STUBBORN + "line = open(sys.argv[2], 'rb')\n" + STAYS)
    device = f"exec:{sys.executable} device.py {numbers.path} {{port}}"
    command = [*XKY, "certify", device, "--mode", "standard"]
    with started(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bench:
        processes = numbers.come(3)
        bench.kill()
        bench.wait()
        assert waited(lambda: not any(map(lives, processes)))


@pytest.mark.nightly
def test_no_worker_of_a_sweep_outlives_one_that_is_killed(tmp_path: Path) -> None:
    command = [*XKY, "power", "sweep", "winky-c6", "--monte-carlo", "500000", "--jobs", "2"]
    with started(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sweep:

        def workers() -> list[int]:
            listed = Path(f"/proc/{sweep.pid}/task/{sweep.pid}/children").read_text().split()
            return [int(one) for one in listed if "spawn_main" in Path(f"/proc/{one}/cmdline").read_text()]

        assert waited(lambda: len(workers()) == 2)
        processes = workers()
        sweep.kill()
        sweep.wait()
        try:
            assert waited(lambda: not any(map(lives, processes)))
        finally:
            for number in filter(lives, processes):
                os.kill(number, signal.SIGKILL)


def test_processes_that_could_not_be_ended_are_named_in_the_report() -> None:
    from xky.hil.bench.devices.exec import ExecDevice

    device = ExecDevice("sleep 600 {port}")
    kept = program("sleep", "600")
    device._process = kept
    kept._take("left 12345 sudo ls")
    device.stop()
    assert device.notes == ["process 12345 (sudo ls) of the program could not be ended and still runs"]
