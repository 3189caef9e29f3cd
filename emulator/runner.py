# SPDX-License-Identifier: Apache-2.0
"""The only part that reads the wall clock: plays the bench's processes in real time.

simpy's own real-time environment sleeps inside a step, deaf to the outside, and does not notice that
it came late. This one waits on file descriptors until the next event is due, at an absolute deadline, so
that nothing accumulates; outside input is stamped as it comes; lateness is a number.
"""

import math
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass

import simpy

from xky.protocol import InputError

__all__ = ["FASTEST", "LATE_S", "SLOWEST", "Late", "RealTime", "check_speed"]

SLOWEST, FASTEST = 0.001, 1e6  # bench seconds per real second: what a person may ask for


def check_speed(speed: float) -> None:
    """Refuse a speed that no bench can run at.

    Args:
        speed: bench seconds per real second, as a person gave it.

    Raises:
        InputError: it is below ``SLOWEST``, above ``FASTEST``, or no number.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise InputError(f"--speed {speed:g}: expected a number from {SLOWEST:g} to {FASTEST:g}")


_LONGEST_WAIT_S = 86_400.0  # real seconds; epoll takes 24 days at most
_TOGETHER_S = 0.001  # bench seconds: who has to act within the same millisecond does so in one step
LATE_S = 0.15  # real seconds; what an ordinary loaded machine stays below (p99 is 1 to 4 ms)


@dataclass(frozen=True, slots=True)
class Late:
    """The bench acted too late: when on its clock it was due, and by how many real seconds it missed.

    Or its machine let a program under test wait for so long: what that does then is no more its fault.
    """

    due_s: float
    late_s: float


class RealTime:
    """Real time, ``speed`` times as fast.

    Args:
        env: the bench's clock; its time runs from now on.
        speed: bench seconds per real second.
    """

    def __init__(self, env: simpy.Environment, speed: float = 1.0) -> None:
        self._env = env
        self._speed = speed
        self._began = time.monotonic() - env.now / speed
        self._selector = selectors.DefaultSelector()
        self._appointments: dict[int, list[Callable[[], None]]] = {}
        self.late: list[Late] = []
        self.worst_late_s = 0.0

    @property
    def speed(self) -> float:
        """Bench seconds per real second."""
        return self._speed

    def restart(self) -> None:
        """The clock stood still until now: count real time from here."""
        self._began = time.monotonic() - self._env.now / self._speed

    def now_s(self) -> float:
        """The present on the bench's clock, between its events too."""
        return (time.monotonic() - self._began) * self._speed

    def watch(self, fd: int, on_input: Callable[[], None]) -> None:
        """Call ``on_input`` on the bench's clock each time ``fd`` has something to read."""
        self._selector.register(fd, selectors.EVENT_READ, on_input)

    def unwatch(self, fd: int) -> None:
        """Stop watching."""
        self._selector.unregister(fd)

    def call_at(self, at_s: float, act: Callable[[], None]) -> None:
        """Call ``act`` on the bench's clock at ``at_s``, or less than a millisecond of that clock later.

        One step serves all who wait for the same millisecond: hundreds of ports cost one wait, not one each.
        """
        number = math.ceil(max(at_s, self._env.now) / _TOGETHER_S)
        if number in self._appointments:
            self._appointments[number].append(act)
            return
        self._appointments[number] = [act]
        appointed = self._env.timeout(max(number * _TOGETHER_S - self._env.now, 0.0))
        assert appointed.callbacks is not None
        appointed.callbacks.append(lambda _: self._keep_appointments(number))

    def _keep_appointments(self, number: int) -> None:
        for act in self._appointments.pop(number):
            act()

    def run(self, until: Callable[[], bool]) -> None:
        """Step until ``until()`` holds; it is asked after each step and each input."""
        while not until():
            due_s = self._env.peek()
            wait = (due_s - self.now_s()) / self._speed
            ready = self._selector.select(min(max(wait, 0.0), _LONGEST_WAIT_S) if wait != float("inf") else None)
            for key, _ in ready:
                self._at_present(key.data)
            overdue = wait <= 0 or (not ready and wait <= _LONGEST_WAIT_S)
            if overdue and self._env.peek() <= due_s:  # input may have stepped that event already
                self._step()

    def _at_present(self, act: Callable[[], None]) -> None:
        """Let ``act`` happen as an event of the bench's clock, at the present."""
        delay = max(self.now_s() - self._env.now, 0.0)
        following = self._env.peek()
        if self._env.now + delay >= following:  # an overdue event comes first: the order of the clock holds
            delay = following - self._env.now
        event = self._env.timeout(delay)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: act())
        while not event.processed:
            self._step()

    def _step(self) -> None:
        due_s = self._env.peek()
        if due_s == float("inf"):
            return
        late_s = (self.now_s() - due_s) / self._speed
        self.worst_late_s = max(self.worst_late_s, late_s)
        if late_s > LATE_S:
            self.late.append(Late(due_s, late_s))
        self._env.step()

    def close(self) -> None:
        """Forget every descriptor."""
        self._selector.close()
