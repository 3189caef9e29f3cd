# SPDX-License-Identifier: Apache-2.0
"""How long this machine let a program wait for a processor: a busy one starves it, and the program is not to blame.

Linux counts it for each thread (``schedstat``, Documentation/scheduler/sched-stats.rst). Where no system tells it,
nobody waited.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["RunDelay"]

_NS = 1e-9


class RunDelay:
    """Of whatever descends from a process, itself apart.

    Args:
        parent: number of that process.
        proc: where the system tells of its processes.
    """

    def __init__(self, parent: int, proc: Path = Path("/proc")) -> None:
        self._parent, self._proc = str(parent), proc
        self._before = dict(self._waited_ns())

    def longest_s(self) -> float:
        """The longest that one of the threads waited, ready to run, since the last time this was asked; in seconds."""
        waited_ns = dict(self._waited_ns())
        longest_ns = max((total - self._before.get(thread, 0) for thread, total in waited_ns.items()), default=0)
        self._before = waited_ns
        return max(longest_ns, 0) * _NS

    def _waited_ns(self) -> Iterator[tuple[str, int]]:
        """Each thread, and how long it has waited in its life."""
        processes = [self._parent]
        while processes:
            process = processes.pop()
            with suppress(OSError):  # it has ended, or the system does not tell
                tasks = f"{self._proc}/{process}/task"
                for thread in os.listdir(tasks):
                    with suppress(OSError):
                        processes += _read(f"{tasks}/{thread}/children").split()
                        if process != self._parent:
                            yield thread, int(_read(f"{tasks}/{thread}/schedstat").split()[1])


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()
