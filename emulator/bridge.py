# SPDX-License-Identifier: Apache-2.0
"""From any thread into that of the line: nobody else touches the meter."""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from xky.protocol import BenchError

__all__ = ["Bridge", "RunOverError"]

_T = TypeVar("_T")


class RunOverError(BenchError):
    """The bench's loop has ended: nobody is there to do it."""

    def __init__(self) -> None:
        super().__init__("the run is over; start the emulator again")


class Bridge:
    """A queue and a pipe: what is asked in any thread is done in the bench's, as an event on its clock.

    Attributes:
        fd: has something to read when somebody asked; the bench's loop watches it and calls ``answer``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self.fd, self._bell = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._bell, False)
        self._is_over = False

    def ask(self, act: Callable[[], _T]) -> Future[_T]:
        """Have ``act`` called by the bench; a future that is cancelled before its turn is passed over."""
        future: Future[_T] = Future()
        with self._lock:
            if self._is_over:
                future.set_exception(RunOverError())
                return future
            self._asked.append((act, future))
            with contextlib.suppress(BlockingIOError):  # the pipe is full of bells: one more is not needed
                os.write(self._bell, b"!")
        return future

    def answer(self) -> None:
        """Do one thing that was asked, in the bench's thread: between two of them the line has its turn."""
        while True:
            with self._lock:  # the bell rings as long as something is asked
                if not self._asked:
                    if self._is_over:
                        return
                    with contextlib.suppress(BlockingIOError):
                        os.read(self.fd, 65_536)
                    return
                act, future = self._asked.popleft()
            if future.set_running_or_notify_cancel():
                break
        try:
            future.set_result(act())
        except Exception as error:  # belongs to who asked, not to the run
            future.set_exception(error)
        with self._lock:
            if not self._asked and not self._is_over:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.fd, 65_536)

    def close(self) -> None:
        """The run is over: whoever waits is told, and whoever asks from now on."""
        with self._lock:
            if self._is_over:
                return
            self._is_over = True
            os.close(self._bell)
            os.close(self.fd)
        for _, future in self._asked:
            if future.set_running_or_notify_cancel():
                future.set_exception(RunOverError())
        self._asked.clear()
