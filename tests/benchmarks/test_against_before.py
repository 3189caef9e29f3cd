# SPDX-License-Identifier: Apache-2.0
"""Against another checkout, side by side: ``pytest tests/benchmarks/test_against_before.py -s --before VENV``.

Both install the same third packages. Commands and programs run alternately, a process each; what counts is the
processor time that they take, so that a busy machine hits both.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

CAPTURE = Path(__file__).parents[2] / "fixtures" / "captures" / "hist_1p_base_enedis_oss.txt"
BIN = Path(sys.executable).parent

# Each prints the processor seconds that it took
A_DAY = """
import time
from xky.boards import board_named
from xky.emulator import Household, Linky
try:
    from xky.hil.bench.bench import Bench
    from xky.hil.bench.devices import open_device
except ImportError:  # as older checkouts have it
    from xky.hil.bench import Bench
    from xky.hil.devices import open_device
from xky.protocol import Mode

meter = Linky(mode=Mode.STANDARD, at="2026-01-15T00:00", load=Household(seed=1), seed=1)
with Bench(open_device("sim:winky-c6"), board_named("winky-c6"), meter, seed=1, only_when_heard=True) as bench:
    began_s = time.process_time()
    bench.run_for(86400.0)
    print(time.process_time() - began_s)
    assert len(bench.probe.readings) > 2000
"""
NOISE = """
import random, time
from xky.protocol import Decoder, Frame

noise = bytes(random.Random(3).choices(range(256), k=1_000_000))
began_s = time.process_time()
for _ in range(5):
    decoder = Decoder()
    for event in (*decoder.feed(noise), *decoder.close()):
        if isinstance(event, Frame):
            event.values
print(time.process_time() - began_s)
"""


@pytest.fixture(scope="module")
def before(request: pytest.FixtureRequest) -> Path:
    """Where the other checkout's ``python`` and ``xky`` lie."""
    given: Path | None = request.config.getoption("--before")
    if given is None:
        pytest.skip("give --before VENV, the virtual environment of another checkout")
    return given / "bin"


def command(folder: Path, *arguments: str) -> float:
    """Processor seconds of an ``xky`` command, from its start to its end."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    run([str(folder / "xky"), *arguments])
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime


def program(folder: Path, text: str) -> float:
    """Processor seconds of a part of a program, as it prints them."""
    return float(run([str(folder / "python"), "-c", text]))


def run(arguments: list[str]) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True).stdout


def times_before(what: str, before: Path, spent_s: Callable[[Path], float], rounds: int) -> float:
    """How many times the processor time of now the other checkout takes: median of alternating rounds."""
    for folder in (before, BIN):
        spent_s(folder)  # once for what is compiled and cached
    pairs = [(spent_s(before), spent_s(BIN)) for _ in range(rounds)]
    ratio = median(then_s / now_s for then_s, now_s in pairs)
    then_s, now_s = (median(each) for each in zip(*pairs, strict=True))
    print(f"\n{what}: {now_s:.3f} s, before {then_s:.3f} s: {1 / ratio:.2f} of it, {ratio:.2f} times as fast", end=" ")
    return ratio


def test_help_takes_a_third(before: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        assert times_before("xky --help", before, lambda folder: command(folder, "--help"), 9) >= 3


def test_decoding_a_small_capture_takes_a_third(before: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        assert times_before("xky decode", before, lambda folder: command(folder, "decode", str(CAPTURE)), 9) >= 3


def test_certifying_a_winky_takes_a_third(before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def certify(folder: Path) -> float:
        return command(folder, "certify", "sim:winky-c6", "--out", str(tmp_path / "report"))

    with capsys.disabled():
        assert times_before("xky certify sim:winky-c6", before, certify, 3) >= 3


def test_certifying_an_eky_over_mqtt_takes_half_more_than_its_bare_readings(
    before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before: a checkout in which boards had no uplinks."""

    def certify(folder: Path) -> float:
        return command(folder, "certify", "sim:eky", "--out", str(tmp_path / "report"))

    with capsys.disabled():
        assert times_before("xky certify sim:eky", before, certify, 5) >= 1 / 1.5


def test_a_day_of_a_device_that_sleeps_with_its_power(before: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        assert times_before("a day of a Winky", before, lambda folder: program(folder, A_DAY), 5) >= 1.6


def test_noise_of_all_codes(before: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        assert times_before("noise of all 256 codes", before, lambda folder: program(folder, NOISE), 7) >= 1.3
