# SPDX-License-Identifier: Apache-2.0
"""Work that one can stop waiting for: a thread that does what it is given, one thing after the other.

No library bounds a read for certain: a byte now and then keeps PyVISA-py's time-out from ever being looked at, and a
hang is known. So whoever waits does it here, on our own clock, and leaves the thread to itself when time is up. It is
a daemon: it never keeps a program from ending.
"""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

__all__ = ["Abandonable"]

_Result = TypeVar("_Result")


class _Job(Generic[_Result]):
    def __init__(self, act: Callable[[], _Result]) -> None:
        self._act = act
        self._result: list[_Result] = []
        self._error: BaseException | None = None
        self.done = Event()

    @property
    def is_done(self) -> bool:
        return self.done.is_set()

    def do(self) -> None:
        try:
            self._result.append(self._act())
        except BaseException as error:  # told to whoever waits
            self._error = error
        self.done.set()

    def result(self) -> _Result:
        if self._error is not None:
            raise self._error
        return self._result[0]


class Abandonable:
    """A thread of one's own."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job[object] | None] = SimpleQueue()
        self._last: _Job[object] | None = None
        Thread(target=self._work, daemon=True, name="instrument").start()

    def do(self, act: Callable[[], _Result], within_s: float) -> _Result:
        """Let the thread do something, and wait for it.

        Args:
            act: what.
            within_s: on the monotonic clock.

        Raises:
            TimeoutError: it is not done by then; the thread goes on, and what is given to it next waits behind.
        """
        job = _Job(act)
        self._last = job  # type: ignore[assignment]  # a job of anything is one of an object
        self._jobs.put(job)  # type: ignore[arg-type]  # likewise
        if not job.done.wait(within_s):
            raise TimeoutError
        return job.result()

    @property
    def is_stuck(self) -> bool:
        """Whether it still does what nobody waits for any more."""
        return self._last is not None and not self._last.is_done

    def leave(self, act: Callable[[], object]) -> None:
        """Let it do a last thing when it comes to it, and wait for nothing."""
        self._jobs.put(_Job(act))
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.do()
