# SPDX-License-Identifier: Apache-2.0
"""Judges a run again by its records alone, as they were read back from its evidence: no device, no bench."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xky.protocol import Mode

from .judgement import Conclusion, Judgement
from .record import Record
from .suite import run_suite

__all__ = ["judge_again"]


def judge_again(records: Mapping[Mode, Record]) -> Sequence[Conclusion]:
    """What every purpose of the suite concludes on the records of a run.

    Args:
        records: such as ``read_records`` gives; modes are judged in their order.

    Raises:
        BenchError: the suite did not run.
    """
    judgement = _Given(records)
    run_suite(judgement)
    return judgement.conclusions


@dataclass
class _Given(Judgement):
    given: Mapping[Mode, Record]

    @property
    def modes(self) -> tuple[Mode, ...]:
        return tuple(self.given)

    @property
    def probes(self) -> Sequence[str]:
        return [probe.spec for probe in next(iter(self.given.values())).probes]

    def _record(self, mode: Mode) -> Record:
        return self.given[mode]
