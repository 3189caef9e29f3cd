# SPDX-License-Identifier: Apache-2.0
"""Garbage is looked for seldom while a bench is in use, and as before behind it."""

import gc
from collections.abc import Iterator

import pytest

from xky.emulator import Linky
from xky.hil.bench.bench import Bench, board_of
from xky.hil.bench.devices import open_device
from xky.protocol import Mode

OFTEN, SELDOM = (700, 10, 10), (100_000, 20, 100)


@pytest.fixture(autouse=True)
def often_collected() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*OFTEN)
    yield
    gc.set_threshold(*before)


def bench() -> Bench:
    device = open_device("sim:generic")
    return Bench(device, board_of(device, None), Linky(mode=Mode.STANDARD))


def test_from_the_start_of_a_bench_to_its_end() -> None:
    with bench() as one:
        one.run_for(1.0)
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == OFTEN


def test_benches_that_overlap_leave_it_as_the_first_found_it() -> None:
    first, second = bench(), bench()
    with first:
        second.__enter__()
    assert gc.get_threshold() == SELDOM
    second.__exit__(None, None, None)
    assert gc.get_threshold() == OFTEN


def test_who_looks_more_seldom_already_is_left_alone() -> None:
    gc.set_threshold(1_000_000, 50, 100)
    with bench():
        assert gc.get_threshold() == (1_000_000, 50, 100)
    assert gc.get_threshold() == (1_000_000, 50, 100)


def test_a_bench_that_cannot_start_leaves_it_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    one = bench()

    def refuse(*_: object) -> None:
        raise RuntimeError("no device")

    monkeypatch.setattr(one.device, "start", refuse)
    with pytest.raises(RuntimeError), one:
        pass
    assert gc.get_threshold() == OFTEN
