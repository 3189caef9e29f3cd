# SPDX-License-Identifier: Apache-2.0
"""The only part that reads the wall clock, mostly on a clock of our own."""

import os
import selectors
import time
from collections.abc import Iterator

import pytest
import simpy

from xky.emulator import runner
from xky.emulator.bridge import Bridge
from xky.emulator.runner import RealTime


class Wall:
    """A wall clock and descriptors that a test moves; waiting costs nothing."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.inputs: list[float] = []  # when something comes
        self.stall_s = 0.0  # the next wait takes longer by this
        self.waits = 0

    def monotonic(self) -> float:
        return self.now_s

    def select(self, timeout_s: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        self.waits += 1
        end_s = float("inf") if timeout_s is None else self.now_s + timeout_s
        come = [at for at in self.inputs if at <= end_s]
        self.now_s = max(self.now_s, come[0] if come else end_s) + self.stall_s
        self.stall_s = 0.0
        if not come:
            return []
        self.inputs.remove(come[0])
        return [(selectors.SelectorKey(0, 0, 0, self.on_input), 0)]

    def on_input(self) -> None:
        raise NotImplementedError


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    wall = Wall()
    monkeypatch.setattr(runner.time, "monotonic", wall.monotonic)
    monkeypatch.setattr(runner.selectors, "DefaultSelector", lambda: wall)
    return wall


def ticking(env: simpy.Environment, period_s: float, log: list[float]) -> Iterator[simpy.Event]:
    while True:
        yield env.timeout(period_s)
        log.append(env.now)


@pytest.mark.parametrize("speed", [0.5, 1.0, 20.0])
def test_events_happen_when_they_are_due(wall: Wall, speed: float) -> None:
    env, at = simpy.Environment(), []
    play = RealTime(env, speed)
    env.process(ticking(env, 0.25, log := []))
    env.timeout(0)
    play.run(lambda: at.append((env.now, wall.now_s)) or len(log) == 4)
    assert all(wall_s >= 100.0 + now / speed - 1e-9 for now, wall_s in at)
    assert wall.now_s == pytest.approx(100.0 + 1.0 / speed)
    assert (play.worst_late_s, play.late) == (pytest.approx(0.0, abs=1e-9), [])


def test_a_silence_longer_than_any_wait_of_the_system_is_waited_for_in_parts(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def select(timeout_s: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout_s is not None and timeout_s > 2**31 / 1000:  # milliseconds in an int, as epoll takes them
            raise OverflowError("timeout is too large")
        return Wall.select(wall, timeout_s)

    monkeypatch.setattr(wall, "select", select)
    env = simpy.Environment()
    play = RealTime(env)
    env.process(ticking(env, 1e7, log := []))
    play.run(lambda: bool(log))
    assert log == [1e7]
    assert wall.now_s == pytest.approx(100.0 + 1e7)
    assert play.worst_late_s == pytest.approx(0.0, abs=1e-6)


def test_outside_input_is_stamped_at_its_time_and_in_order(wall: Wall) -> None:
    env = simpy.Environment()
    play, log = RealTime(env), []
    wall.on_input = lambda: log.append(("input", round(env.now, 3)))  # type: ignore[method-assign]
    wall.inputs = [100.1, 100.35, 100.36]

    def ticks() -> Iterator[simpy.Event]:
        while True:
            yield env.timeout(0.2)
            log.append(("tick", round(env.now, 3)))

    env.process(ticks())
    play.run(lambda: env.now >= 0.5)
    assert log[:5] == [("input", 0.1), ("tick", 0.2), ("input", 0.35), ("input", 0.36), ("tick", 0.4)]


def test_the_clock_stands_at_the_present_while_input_is_handled(wall: Wall) -> None:
    env = simpy.Environment()
    play, seen = RealTime(env, 2.0), []
    wall.on_input = lambda: seen.append((env.now, play.now_s()))  # type: ignore[method-assign]
    wall.inputs = [100.5]
    play.run(lambda: bool(seen))
    assert seen == [(pytest.approx(1.0), pytest.approx(1.0))]


def test_a_late_step_is_reported_as_a_number_in_real_seconds(wall: Wall) -> None:
    env = simpy.Environment()
    play = RealTime(env, 2.0)
    env.process(ticking(env, 1.0, log := []))
    play.run(lambda: len(log) == 1)
    wall.stall_s = 0.9
    play.run(lambda: len(log) == 5)
    assert [(late.due_s, pytest.approx(late.late_s)) for late in play.late] == [(2.0, 0.9), (3.0, 0.4)]
    assert play.worst_late_s == pytest.approx(0.9)


def test_a_late_step_is_reported_although_input_came_meanwhile(wall: Wall) -> None:
    env = simpy.Environment()
    play, stamps = RealTime(env), []
    env.process(ticking(env, 1.0, log := []))
    wall.on_input = lambda: stamps.append(env.now)  # type: ignore[method-assign]
    wall.inputs = [100.9]
    wall.stall_s = 0.9  # the bench comes back at 1.8: the tick of 1.0 is 0.8 s late
    env.timeout(0)
    env.step()
    env.step()
    play.run(lambda: len(log) == 1 and bool(stamps))
    assert [(late.due_s, pytest.approx(late.late_s)) for late in play.late][:1] == [(1.0, 0.8)]
    assert play.worst_late_s == pytest.approx(0.8)
    assert stamps == [1.0]  # the order of the clock holds


def test_lateness_does_not_add_up(wall: Wall) -> None:
    env = simpy.Environment()
    play = RealTime(env)
    env.process(ticking(env, 0.1, log := []))
    for count in range(1, 20):
        wall.stall_s = 0.01
        play.run(lambda count=count: len(log) == count)  # type: ignore[misc]
    assert play.worst_late_s == pytest.approx(0.01)
    assert wall.now_s == pytest.approx(101.91)


def test_a_clock_that_stood_still_counts_from_its_restart(wall: Wall) -> None:
    env = simpy.Environment()
    play = RealTime(env)
    wall.now_s += 50.0
    play.restart()
    env.process(ticking(env, 0.5, log := []))
    play.run(lambda: len(log) == 1)
    assert wall.now_s == pytest.approx(150.5)
    assert play.late == []


def test_who_waits_for_the_same_millisecond_is_served_in_one_step_and_never_early(wall: Wall) -> None:
    env, at = simpy.Environment(), []
    play = RealTime(env)
    for number in range(100):
        play.call_at(0.5 + number * 1e-5, lambda due=0.5 + number * 1e-5: at.append((due, env.now)))
    play.run(lambda: len(at) == 100)
    assert all(due - 1e-9 <= now < due + 0.0010001 for due, now in at)
    assert at == sorted(at)
    assert wall.waits <= 3


@pytest.mark.realtime
def test_a_real_pipe_wakes_a_real_wait() -> None:
    env = simpy.Environment()
    reader, writer = os.pipe()
    began_s = time.monotonic()
    play, seen = RealTime(env), []
    play.watch(reader, lambda: seen.append((os.read(reader, 10), env.now)))

    def talk() -> Iterator[simpy.Event]:
        yield env.timeout(0.02)
        os.write(writer, b"hi")
        yield env.timeout(5)

    env.process(talk())
    play.run(lambda: bool(seen))
    play.unwatch(reader)
    play.close()
    os.close(reader)
    os.close(writer)
    (said, at_s), took_s = seen[0], time.monotonic() - began_s
    assert said == b"hi"
    assert 0.02 <= at_s <= took_s < 4


def test_however_much_is_asked_the_line_waits_for_one_answer_at_the_most(wall: Wall) -> None:
    def work() -> None:
        wall.now_s += 0.005

    env, bridge = simpy.Environment(), Bridge()
    real = RealTime(env)
    for _ in range(60):
        bridge.ask(work)
    wall.inputs, wall.on_input = [100.0] * 60, bridge.answer  # type: ignore[method-assign]
    ticks = 0

    def line() -> Iterator[simpy.Event]:
        nonlocal ticks
        while ticks < 40:
            yield env.timeout(0.01)
            ticks += 1

    env.process(line())
    real.run(lambda: ticks >= 40)
    bridge.close()
    assert not wall.inputs
    assert 0.0 < real.worst_late_s < 0.006
