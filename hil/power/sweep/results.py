# SPDX-License-Identifier: Apache-2.0
"""The results of a sweep as they come; those that a file has already are not made again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xky.boards.description.phases import state_names

from ..population.population import Array
from .batches import batches_of, results_of
from .results_file import OUTPUTS, ResultsFile, sign_of
from .study import Study

__all__ = ["SweepResults", "WorkSettings"]


@dataclass(frozen=True)
class WorkSettings:
    """How boards are simulated.

    Attributes:
        cycles: of each board.
        jobs: processes; None: as many as is worth it.
        scheduler: of a Dask cluster.
        out: file of the results; None: they are only told.
    """

    cycles: int
    jobs: int | None
    scheduler: str | None
    out: Path | None


class SweepResults:
    """Results of a study, one row a board as ``OUTPUTS`` names them.

    Args:
        study: whose boards they are of.
        settings: how they are made.

    Raises:
        InputError: the file is that of another sweep, or of none, or cannot be written.
    """

    def __init__(self, study: Study, settings: WorkSettings) -> None:
        population = study.population
        self.count = population.count
        self._population, self._settings = population, settings
        self._file: ResultsFile | None = None
        self.rows: Array = np.full((self.count, len(OUTPUTS)), np.nan)
        if settings.out is not None:
            sign = sign_of(population, settings.cycles, *study.signed)
            states = state_names(population.board, population.mode)
            self._file = ResultsFile(settings.out, sign, study.names, study.columns, states)
            self.rows = self._file.results
        self._batches = batches_of(np.isnan(self.rows[:, 0]))

    @property
    def kept(self) -> int:
        """Boards in batches of which nothing has to be made."""
        return self.count - sum(len(range(batch.start, batch.stop)) for batch in self._batches)

    @property
    def made(self) -> int:
        """Boards that have a result."""
        return int(np.sum(~np.isnan(self.rows[:, 0])))

    def simulate(self) -> Iterator[int]:
        """Make what is missing: how many boards more, as they come; the file grows with them.

        Raises:
            InputError: the file cannot be written, or no Dask is installed.
            BenchError: the scheduler does not answer, or a process or worker ended.
        """
        settings = self._settings
        made = results_of(
            self._population, self._batches, settings.cycles, jobs=settings.jobs, scheduler=settings.scheduler
        )
        for start, rows in made:
            if self._file is not None:
                self._file.add(start, rows)
            else:
                self.rows[start : start + len(rows)] = rows
            yield len(rows)
        if self._file is not None and self._batches:
            self._file.finish()
