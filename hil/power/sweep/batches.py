# SPDX-License-Identifier: Apache-2.0
"""A population in batches, on this machine's cores or on those of a Dask cluster; the same ones whoever makes them."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, as_completed
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from xky.protocol import BenchError, InputError

from ...worker_pool import worker_pool
from ..population import Population, simulate_population
from ..population.population import Array
from .results_file import rows_of

__all__ = ["batches_of", "results_of"]

_BATCH = 2048  # points: a quarter of a second
_WORTH_A_POOL = 12  # batches; with fewer, starting processes lasts longer than the work
_CONNECT_S = 10


def batches_of(missing: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[slice]:
    """Batches in which some point is still to be made; where they begin does not depend on what is missing."""
    starts = range(0, len(missing), _BATCH)
    return [slice(k, min(k + _BATCH, len(missing))) for k in starts if missing[k : k + _BATCH].any()]


def results_of(
    population: Population, batches: Sequence[slice], cycles: int, *, jobs: int | None, scheduler: str | None
) -> Iterator[tuple[int, Array]]:
    """Results of batches as they come: number of the first point, and the rows.

    Args:
        population: all of it.
        batches: that are wanted.
        cycles: of each board at the most.
        jobs: processes; None: as many as this machine has cores, where that is worth it.
        scheduler: address of a Dask scheduler in the place of processes.

    Raises:
        InputError: no Dask is installed.
        BenchError: the scheduler does not answer, or a process or worker ended.
    """
    if not batches:  # a finished sweep needs no process, and no cluster that answers
        return
    if scheduler is not None:
        yield from _on_cluster(population, batches, cycles, scheduler)
        return
    if jobs is None:
        jobs = os.cpu_count() or 1 if len(batches) >= _WORTH_A_POOL else 1
    if jobs == 1 or len(batches) == 1:
        for batch in batches:
            yield _simulate(population.take(batch), batch.start, cycles)
        return
    with worker_pool(min(jobs, len(batches))) as pool:
        futures = [pool.submit(_simulate, population.take(batch), batch.start, cycles) for batch in batches]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            raise BenchError("a process ended before its work; is there memory for it? --jobs 1 takes least") from None


def _simulate(population: Population, start: int, cycles: int) -> tuple[int, Array]:
    return start, rows_of(simulate_population(population, cycles))


def _on_cluster(
    population: Population, batches: Sequence[slice], cycles: int, scheduler: str
) -> Iterator[tuple[int, Array]]:
    if find_spec("distributed") is None:
        raise InputError("--scheduler: Dask is not installed; install it with: pip install 'xky-hil[cluster]'")
    distributed: Any = import_module("distributed")

    try:
        client = distributed.Client(scheduler, timeout=_CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise BenchError(f"--scheduler {scheduler}: does not answer ({error}); start it, or mend the address") from None
    with client:
        futures = [
            client.submit(_simulate, population.take(batch), batch.start, cycles, pure=False) for batch in batches
        ]
        try:
            for future in distributed.as_completed(futures):
                yield future.result()
        except ImportError as error:
            raise BenchError(f"--scheduler {scheduler}: a worker lacks a package ({error}); install it there") from None
        except (distributed.KilledWorker, CancelledError):
            raise BenchError(f"--scheduler {scheduler}: its workers ended before their work; look at them") from None
        finally:
            client.cancel(futures)
