# SPDX-License-Identifier: Apache-2.0
"""Homes played at once, in real time: each message goes through the chain within a real second of when it was sent.

Files and messages are those of virtual time: real time says only how long they are waited for. Whoever comes late goes
on as fast as possible until the clock is reached again.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple

import simpy

from xky.emulator.runner import RealTime
from xky.hil.workers import is_unwanted

from ..chain import Chain
from .open_files import open_files_are_needed
from .playing import LOOKS_EACH_US, HomeTask, collected_at_its_end, home_under_way
from .written import room_is_needed

__all__ = ["TOLD_LATE_S", "PlayedTogether", "play_together"]

TOLD_LATE_S = 1.0  # real seconds: messages are looked for as often
_LEAST_US = 1000
_TOLD_AGAIN = 10  # times as late


class PlayedTogether(NamedTuple):
    """What came of some homes.

    Attributes:
        got: of each, how many readings were due, by how far they got.
        worst_late_s: by how many real seconds the clock was missed at most.
    """

    got: Sequence[Mapping[str, int]]
    worst_late_s: float


def play_together(
    tasks: Sequence[HomeTask], chain: Callable[[], Chain], speed: float, tell: Callable[[str], None]
) -> PlayedTogether:
    """Play some homes of a panel side by side, and write all of them.

    Args:
        tasks: homes, of one panel and one time.
        chain: makes what carries the messages of a home.
        speed: seconds of the run in a real second.
        tell: told when the homes are behind their time, and when they have caught up.

    Raises:
        BenchError: no room is left on the disc, a server of the chain is not there, or the system allows too few
            open files.
    """
    env = simpy.Environment()
    with ExitStack() as stack:
        stack.enter_context(room_is_needed(tasks[0].folder))
        stack.enter_context(collected_at_its_end())
        carriers = [chain() for _ in tasks]
        for carrier in carriers:
            stack.callback(carrier.close)
        open_files_are_needed(carriers)
        homes = [
            stack.enter_context(home_under_way(task, carrier)) for task, carrier in zip(tasks, carriers, strict=True)
        ]
        carries_each_us = min(max(round(speed * 1e6), _LEAST_US), LOOKS_EACH_US)
        clock = RealTime(env, speed)
        stack.callback(clock.close)
        late = _Lateness(clock, tell)
        under_way = [
            env.process(_paced(env, home.looks(carries_each_us), task.from_us))
            for home, task in zip(homes, tasks, strict=True)
        ]
        clock.restart()  # making them took its time
        clock.run(lambda: late.look() or is_unwanted() or all(one.processed for one in under_way))
        return PlayedTogether([home.got for home in homes], clock.worst_late_s)


def _paced(env: simpy.Environment, looks: Iterable[int], from_us: int) -> Generator[simpy.Event, None, None]:
    for until_us in looks:
        yield env.timeout(max((until_us - from_us) / 1e6 - env.now, 0.0))


class _Lateness:
    """Tells of it once, and again where it grows."""

    def __init__(self, clock: RealTime, tell: Callable[[str], None]) -> None:
        self._clock, self._tell = clock, tell
        self._told_s = 0.0

    def look(self) -> bool:
        """See how late the last step was; never true, so that it may stand in a condition."""
        late_s = self._clock.late[-1].late_s if self._clock.late else 0.0
        self._clock.late.clear()
        if late_s >= max(TOLD_LATE_S, _TOLD_AGAIN * self._told_s):
            self._told_s = late_s
            self._tell(f"the homes are {late_s:.1f} s behind real time; they go on as fast as they can")
        elif self._told_s and late_s < TOLD_LATE_S:
            self._told_s = 0.0
            self._tell("the homes have caught up with real time")
        return False
