# SPDX-License-Identifier: Apache-2.0
"""Who does a large work: this process, this machine's cores, or those of a Dask cluster; the results are the same."""

import multiprocessing
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.synchronize import Event
from typing import Any, TypeVar
from uuid import uuid4

from xky.protocol import BenchError, InputError

from .worker_pool import worker_pool

__all__ = ["Workers", "is_unwanted", "workers"]

_CONNECT_S = 10
_ASKS_EACH_S = 0.5  # a cluster, whether the work is still wanted: each time is a message to and fro

_R = TypeVar("_R")
_unwanted: ContextVar[Callable[[], bool]] = ContextVar("_unwanted", default=lambda: False)
_everywhere: list[Event] = []  # of this process, where it works for another
_one_at_a_time = threading.Lock()  # of a cluster's worker with threads: no bench is made for two of them


def is_unwanted() -> bool:
    """Whether nobody waits for the rest of the work that asks: then it returns what it has."""
    return _unwanted.get()() or any(event.is_set() for event in _everywhere)


class Workers(ABC):
    """Those who do the work.

    Attributes:
        number: so many tasks at once.
    """

    number: int = 1

    @abstractmethod
    def results(self, work: Callable[..., _R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[_R]:
        """What comes of each task, as it comes.

        Args:
            work: a function of a module.
            tasks: its arguments, for each time.

        Raises:
            BenchError: a process or a worker ended.
        """

    def rest(self, within_s: float) -> Sequence[Any]:
        """Tell the work under way that it is unwanted; the results that were not given yet and come soon.

        Args:
            within_s: real seconds.
        """
        return ()


class _Here(Workers):
    def results(self, work: Callable[..., _R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[_R]:
        for task in tasks:
            yield work(*task)


class _Processes(Workers):
    def __init__(self, pool: ProcessPoolExecutor, number: int, end: Event, option: str) -> None:
        self._pool, self.number, self._end, self._option = pool, number, end, option
        self._futures: set[Future[Any]] = set()

    def results(self, work: Callable[..., _R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[_R]:
        self._futures = {self._pool.submit(work, *task) for task in tasks}
        try:
            for future in as_completed(self._futures):
                result = future.result()
                self._futures.discard(future)
                yield result
        except BrokenProcessPool:
            raise BenchError(
                f"a process ended before its work; is there memory for it? {self._option} 1 takes least"
            ) from None

    def rest(self, within_s: float) -> Sequence[Any]:
        self._end.set()
        done, _ = wait(self._futures, within_s)
        return [future.result() for future in done if future.exception() is None]


class _Cluster(Workers):
    def __init__(self, distributed: Any, client: Any, scheduler: str) -> None:
        self._distributed, self._client, self._scheduler = distributed, client, scheduler
        self._addresses = sorted(client.nthreads())
        self.number = max(len(self._addresses), 1)
        self._end = f"xky {uuid4()}"
        self._futures: list[Any] = []

    def results(self, work: Callable[..., _R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[_R]:
        tasks = [*tasks]
        self._futures = [
            self._client.submit(_there, work, task, self._end, pure=False, **where)
            for task, where in zip(tasks, self._where(len(tasks)), strict=True)
        ]
        try:
            for future in self._distributed.as_completed([*self._futures]):
                result = future.result()
                self._futures.remove(future)
                yield result
        except ImportError as error:
            raise BenchError(
                f"--scheduler {self._scheduler}: a worker lacks a package ({error}); install it there"
            ) from None
        except (self._distributed.KilledWorker, CancelledError):
            raise BenchError(
                f"--scheduler {self._scheduler}: its workers ended before their work; look at them"
            ) from None

    def _where(self, tasks: int) -> Sequence[dict[str, Any]]:
        """Few tasks may have to be at work at once: one worker each, which else would be the scheduler's choice."""
        if tasks > len(self._addresses):
            return [{}] * tasks
        return [{"workers": [address], "allow_other_workers": True} for address in self._addresses[:tasks]]

    def rest(self, within_s: float) -> Sequence[Any]:
        give_up = time.monotonic() + within_s
        self._distributed.Event(self._end, client=self._client).set()
        while any(not future.done() for future in self._futures) and time.monotonic() < give_up:
            time.sleep(0.02)
        came = [future.result() for future in self._futures if future.status == "finished"]
        return [result for result in came if result is not None]  # whose turn had not come has none

    def forget(self) -> None:
        """Let go of whatever nobody waits for; what a worker is at cannot be taken from it, so it is told."""
        if any(not future.done() for future in self._futures):
            self._distributed.Event(self._end, client=self._client).set()
        self._client.cancel(self._futures)


def _there(work: Callable[..., _R], task: tuple[Any, ...], end: str) -> _R | None:
    """On a worker of a cluster; nothing, where its turn came when the work was unwanted."""
    event = import_module("distributed").Event(end)
    with _one_at_a_time:
        return None if event.is_set() else _at_its_turn(work, task, event)


def _at_its_turn(work: Callable[..., _R], task: tuple[Any, ...], event: Any) -> _R:
    asked_s, is_set = time.monotonic(), False

    def unwanted() -> bool:
        nonlocal asked_s, is_set
        if time.monotonic() - asked_s > _ASKS_EACH_S:
            asked_s, is_set = time.monotonic(), event.is_set()
        return is_set

    before = _unwanted.set(unwanted)
    try:
        return work(*task)
    finally:
        _unwanted.reset(before)


@contextmanager
def workers(jobs: int = 1, scheduler: str | None = None, option: str = "--jobs") -> Iterator[Workers]:
    """Those who do a work; whoever leaves the block early, Ctrl-C too, does not wait for what they are at.

    Args:
        jobs: processes; 1: this one.
        scheduler: address of a Dask scheduler in the place of processes.
        option: that a person tells ``jobs`` by.

    Raises:
        InputError: no Dask is installed.
        BenchError: the scheduler does not answer.
    """
    if scheduler is not None:
        with _cluster(scheduler) as cluster:
            yield cluster
    elif jobs == 1:
        yield _Here()
    else:
        end = multiprocessing.get_context("spawn").Event()
        with worker_pool(jobs, _everywhere.append, end) as pool:
            yield _Processes(pool, jobs, end, option)


@contextmanager
def _cluster(scheduler: str) -> Iterator[_Cluster]:
    if find_spec("distributed") is None:
        raise InputError("--scheduler: Dask is not installed; install it with: pip install 'xky-hil[cluster]'")
    distributed: Any = import_module("distributed")
    try:
        client = distributed.Client(scheduler, timeout=_CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise BenchError(f"--scheduler {scheduler}: does not answer ({error}); start it, or mend the address") from None
    with client:
        cluster = _Cluster(distributed, client, scheduler)
        try:
            yield cluster
        finally:
            cluster.forget()
