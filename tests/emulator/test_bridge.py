# SPDX-License-Identifier: Apache-2.0
"""From one thread into another: each thing is done once, in turn, in the bench's thread, or not at all."""

import os
import select
import threading

import pytest

from xky.emulator.bridge import Bridge, RunOverError


def rings(bridge: Bridge) -> bool:
    """Whether the bench's loop would call it."""
    return bool(select.select([bridge.fd], [], [], 0)[0])


def test_each_turn_answers_one_and_the_bell_rings_until_the_last() -> None:
    bridge, done = Bridge(), []
    for number in range(3):
        bridge.ask(lambda number=number: done.append(number))
    bridge.ask(lambda: done.append("cancelled")).cancel()
    for turn in range(3):
        assert rings(bridge)
        bridge.answer()
        assert done == list(range(turn + 1))
    while rings(bridge):
        bridge.answer()
    assert done == [0, 1, 2]
    bridge.close()


def test_what_many_threads_ask_is_done_in_the_bench_s_thread() -> None:
    bridge, done = Bridge(), []
    bench = threading.get_ident()

    def act(number: int) -> int:
        assert threading.get_ident() == bench
        done.append(number)
        return number

    futures = {}
    lock = threading.Lock()

    def ask(first: int) -> None:
        for number in range(first, first + 50):
            future = bridge.ask(lambda number=number: act(number))
            with lock:
                futures[number] = future

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(0, 400, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while rings(bridge):
        bridge.answer()
    assert sorted(done) == list(range(400))
    assert all(future.result(0) == number for number, future in futures.items())
    bridge.close()


@pytest.mark.nightly
def test_more_bells_than_the_pipe_holds_block_nobody() -> None:
    bridge, counted = Bridge(), []
    for number in range(70_000):
        bridge.ask(lambda number=number: counted.append(number))
    while rings(bridge):
        bridge.answer()
    assert counted == list(range(70_000))
    bridge.close()


def test_what_fails_is_told_to_who_asked_and_the_next_is_done() -> None:
    bridge = Bridge()
    wrong, right = bridge.ask(lambda: 1 // 0), bridge.ask(lambda: 7)
    bridge.answer()
    bridge.answer()
    with pytest.raises(ZeroDivisionError):
        wrong.result(0)
    assert right.result(0) == 7
    bridge.close()


def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    bridge, done = Bridge(), []
    assert bridge.ask(lambda: done.append(1)).cancel()
    bridge.answer()
    assert done == []
    bridge.close()


def test_when_the_run_is_over_whoever_waits_or_asks_is_told() -> None:
    bridge = Bridge()
    waiting = bridge.ask(lambda: 1)
    bridge.close()
    bridge.close()
    for future in (waiting, bridge.ask(lambda: 2)):
        with pytest.raises(RunOverError, match="the run is over"):
            future.result(0)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(bridge.fd)
