# SPDX-License-Identifier: Apache-2.0
"""The whole suite on one board of a lab, and spread over two, in one run on one machine."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..lab import Lab, lab_of

pytest_plugins = ["pytester"]
SPEED = 4.0  # ports of this lab have no rate of their own; much faster, and pytest's own start is what is measured
MOST = 0.65  # times the time of one board


@pytest.fixture(scope="module")
def two_boards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab of two."""
    with lab_of(["winky", "winky-2"], tmp_path_factory.mktemp("lab")) as lab:
        yield lab


def seconds(pytester: pytest.Pytester, boards: str, *arguments: str) -> float:
    """How long the suite takes, all of it passed or not applicable but for what nobody knows of a port of a lab."""
    before = time.monotonic()
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "--pyargs", "xky.hil.conformance", "-k", "not test_port", "--xky-device", boards,
        "--xky-speed", str(SPEED), *arguments,
    )  # fmt: skip
    took_s = time.monotonic() - before
    assert set(result.parseoutcomes()) <= {"deselected", "passed", "skipped"}, result.stdout.str()
    return took_s


def test_two_boards_take_little_more_than_half_the_time_of_one(
    two_boards: Lab, pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LG_COORDINATOR", two_boards.address)
    monkeypatch.setenv("XKY_LOCKS", str(tmp_path / "locks"))
    quick = tmp_path / "quick.toml"
    quick.write_text('id = "quick"\ntitle = "Boots at once"\n[console]\nboot_s = 0.05\n', encoding="utf-8")
    one = seconds(pytester, "labgrid:winky", "--xky-board", str(quick))
    both = seconds(pytester, "labgrid:winky,labgrid:winky-2", "--xky-board", str(quick), "-n", "2")
    print(f"\none board {one:.1f} s, two boards {both:.1f} s at {SPEED:g} times the line's speed: {both / one:.2f}")
    assert both <= MOST * one
