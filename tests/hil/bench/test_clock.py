# SPDX-License-Identifier: Apache-2.0
"""The bench's clock: what happens on it is what happens on simpy's, at the same instants and in the same order."""

from collections.abc import Callable, Generator

import pytest
import simpy

from xky.hil.bench.clock import Clock


def _then(event: simpy.Event, act: Callable[[], None]) -> None:
    assert event.callbacks is not None
    event.callbacks.append(lambda _: act())


def _played(env: simpy.Environment, told: list[tuple[float, str]]) -> simpy.Event:
    """Two processes that meet, one that is interrupted, and the event that ends it all."""
    alarm = env.timeout(7.0)

    def ticks(name: str, each_s: float) -> Generator[simpy.Event, None, None]:
        while True:
            try:
                yield env.timeout(each_s)
                told.append((env.now, name))
            except simpy.Interrupt as cut:
                told.append((env.now, f"{name}: {cut.cause}"))

    cut = env.process(ticks("slow", 2.0))
    env.process(ticks("quick", 1.0))
    _then(env.timeout(3.0), lambda: cut.interrupt("cut"))
    _then(env.timeout(7.0), lambda: told.append((env.now, "behind the end")))
    return alarm


def test_what_happens_up_to_an_event_is_what_happens_on_the_clock_of_simpy() -> None:
    there: list[tuple[float, str]] = []
    here: list[tuple[float, str]] = []
    simpys, clock = simpy.Environment(), Clock()
    simpys.run(until=_played(simpys, there))
    clock.run_to(_played(clock, here))
    assert here == there
    assert (clock.now, clock.peek()) == (simpys.now, simpys.peek()) == (7.0, 7.0), "what comes behind the end waits"


def test_a_process_that_fails_is_told() -> None:
    clock = Clock()

    def fails() -> Generator[simpy.Event, None, None]:
        yield clock.timeout(1.0)
        raise ValueError("broken")

    clock.process(fails())
    with pytest.raises(ValueError, match="broken"):
        clock.run_to(clock.timeout(2.0))
