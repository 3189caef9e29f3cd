# SPDX-License-Identifier: Apache-2.0
"""Those who do a large work: what a worker of a cluster does with its threads, and with work that nobody wants."""

import threading
import time
from typing import Any

import pytest

from xky.hil import workers


class Cluster:
    """What a worker asks of it: whether an event is set."""

    is_over = False

    def Event(self, name: str) -> Any:  # noqa: N802 - as Dask calls it
        return self

    def is_set(self) -> bool:
        return self.is_over


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster = Cluster()
    monkeypatch.setattr(workers, "import_module", lambda name: cluster)
    return cluster


def test_a_worker_of_a_cluster_with_threads_does_one_task_at_a_time(cluster: Cluster) -> None:
    at_work, met = [], []

    def work(number: int) -> None:
        at_work.append(number)
        time.sleep(0.01)
        met.append(len(at_work))
        at_work.remove(number)

    threads = [threading.Thread(target=workers._there, args=(work, (number,), "end")) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [1, 1, 1]


def test_a_task_whose_turn_comes_when_nobody_waits_for_it_is_not_begun(cluster: Cluster) -> None:
    done: list[int] = []
    workers._there(done.append, (1,), "end")
    cluster.is_over = True
    assert workers._there(done.append, (2,), "end") is None
    assert done == [1]
