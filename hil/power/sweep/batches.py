# SPDX-License-Identifier: Apache-2.0
"""A population in batches, on this machine's cores or on those of a Dask cluster; the same ones whoever makes them."""

import os
from collections.abc import Iterator, Sequence

import numpy as np

from ...workers import workers
from ..population import Population, simulate_population
from ..population.population import Array
from .results_file import rows_of

__all__ = ["batches_of", "results_of"]

_BATCH = 2048  # points: a quarter of a second
_WORTH_A_POOL = 12  # batches; with fewer, starting processes lasts longer than the work


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
    if jobs is None:
        jobs = os.cpu_count() or 1 if len(batches) >= _WORTH_A_POOL else 1
    with workers(min(jobs, len(batches)), scheduler) as them:
        yield from them.results(_simulate, ((population.take(batch), batch.start, cycles) for batch in batches))


def _simulate(population: Population, start: int, cycles: int) -> tuple[int, Array]:
    return start, rows_of(simulate_population(population, cycles))
