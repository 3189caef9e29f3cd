# SPDX-License-Identifier: Apache-2.0
"""Processes that share a computation; whoever leaves them early, Ctrl-C too, does not wait for what they are at.

They end with the process that started them, also where that is killed: else they would wait for work for ever.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

__all__ = ["worker_pool"]


@contextmanager
def worker_pool(
    processes: int | None = None, begin: Callable[[Any], None] | None = None, with_what: Any = None
) -> Iterator[ProcessPoolExecutor]:
    """Processes that are gone when the block is left.

    Args:
        processes: how many; None: as many as this machine has cores.
        begin: called in each as it starts.
        with_what: that it is told; only here can a process be handed an event.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes or os.cpu_count(), context, initializer=_begin, initargs=(begin, with_what))
    try:
        yield pool
    except BaseException:
        for process in list((getattr(pool, "_processes", None) or {}).values()):  # kill_workers() is Python 3.14's
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(begin: Callable[[Any], None] | None, with_what: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that started them ends them
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_it() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_it, daemon=True).start()
    if begin is not None:
        begin(with_what)
