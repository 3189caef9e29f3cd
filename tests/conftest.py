# SPDX-License-Identifier: Apache-2.0
"""The tests use every core; what runs in real time does so on three workers of its own, beside them."""

import contextlib
import gc
import os
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from .board_on_a_wire import board_on_a_wire, served_by_rfc2217
from .lab import Lab, lab_of

_SERVERS = {"test_real_servers", "test_example_gateways", "test_mqtt_end", "test_database", "test_listen"}
_PROGRAMS = {"peers", "bench", *_SERVERS}  # a third of what real time takes: whole plans against programs
_BENCHES = {"bench_file", "diagnosis", "lab", "measuring", "virtual", "test_boards_of_a_lab.py"}  # parts of benches
_BEHIND = 10  # niceness
_OF_COMMANDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE)

gc.set_threshold(50_000, 20, 20)  # as the commands do: cases and tests are millions of values that live for long


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Three more than there are cores: the workers with the tests in real time mostly wait."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None  # xdist obeys it
    return 3 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)  # xdist looks at the groups in this very hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _leave_to_the_night(items)

    @cache  # thousands of cases have the same above them
    def above(parent: pytest.Collector) -> tuple[set[str], pytest.MarkDecorator]:
        markers = {marker.name for marker in parent.iter_markers()}
        return markers, pytest.mark.xdist_group(parent.path.stem)  # what the tests of a file share is made once

    for item in items:
        assert item.parent is not None
        markers, group = above(item.parent)
        markers = markers.union(marker.name for marker in item.own_markers)
        if "realtime" in markers:
            item.add_marker(pytest.mark.xdist_group(_group(item)))
        elif "xdist_group" not in markers:
            item.add_marker(group)


def _leave_to_the_night(items: list[pytest.Item]) -> None:
    """Of a test with ``by_day(number)`` all cases but so many: those stay that are spread evenly over the others."""
    cases: dict[object, list[pytest.Item]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and any(marker.name == "by_day" for marker in item.own_markers):
            cases.setdefault(item.function, []).append(item)
    for of_test in cases.values():
        marker = of_test[0].get_closest_marker("by_day")
        assert marker is not None
        (number,) = marker.args
        stays = {place * len(of_test) // number for place in range(number)}
        for place, item in enumerate(of_test):
            if place not in stays:
                item.add_marker(pytest.mark.nightly)


def pytest_collection_finish() -> None:
    """The tests themselves stay to the end: who looks for garbage need not look at them each time."""
    gc.collect()
    gc.freeze()


def _group(item: pytest.Item) -> str:
    """The worker of a test in real time."""
    if not _BENCHES.isdisjoint(item.path.parts):
        return "realtime_benches"
    return "realtime" if _PROGRAMS.isdisjoint({*item.path.parts, item.path.stem}) else "realtime_programs"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """On a worker, what does not run in real time waits behind what does: three more share the cores."""
    if "PYTEST_XDIST_WORKER" not in os.environ or not hasattr(os, "setpriority"):
        return
    wanted = 0 if item.get_closest_marker("realtime") is not None else _BEHIND
    if os.getpriority(os.PRIO_PROCESS, 0) != wanted:
        with contextlib.suppress(PermissionError):  # only some may come forward again
            os.setpriority(os.PRIO_PROCESS, 0, wanted)


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    """A command that runs in this process leaves the signals as it wants them: a broken pipe would end a worker."""
    before = {number: signal.getsignal(number) for number in _OF_COMMANDS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def started_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab for all tests of a worker: two boards, a place with nothing, and one behind servers of RFC 2217."""
    with contextlib.ExitStack() as stack:
        board = stack.enter_context(board_on_a_wire())
        urls = {name: stack.enter_context(served_by_rfc2217(getattr(board, name))) for name in ("console", "line")}
        ports = {name: int(url.rpartition(":")[2]) for name, url in urls.items()}
        folder = tmp_path_factory.mktemp("lab")
        yield stack.enter_context(lab_of(["winky", "winky-2"], folder, empty=["empty"], rfc2217={"far": ports}))


@pytest.fixture
def lab(started_lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lab:
    """That lab, its boards as new; whatever asks a coordinator asks its, and locks nobody else's places."""
    monkeypatch.setenv("XKY_LOCKS", str(tmp_path / "locks"))
    monkeypatch.setenv("LG_COORDINATOR", started_lab.address)
    monkeypatch.delenv("LG_ENV", raising=False)
    for board in started_lab.boards.values():
        board.as_new()
    return started_lab
