# SPDX-License-Identifier: Apache-2.0
"""A run laid beside an earlier one as soon as it is over: what the report says of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .changes import Change, Comparison, compare
from .report_file import ReportFile, report_of

__all__ = ["Baseline"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The earlier run.

    Attributes:
        path: as a person gave it.
        report: of that run.
    """

    path: Path
    report: ReportFile

    @classmethod
    def read(cls, path: Path) -> "Baseline":
        """Read it before anything is played: it may be the very report that the run replaces.

        Raises:
            InputError: it is no report.
        """
        return cls(path, report_of(path))

    def compared(self, report: Mapping[str, Any]) -> Comparison:
        """What changed since, in a report as ``report.json`` has it."""
        return compare(self.report, ReportFile.model_validate(report))

    def summary(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """What that report keeps of it."""
        made = self.compared(report)
        return {
            "report": str(self.path),
            "verdict": self.report.verdict.value,
            "device": self.report.device,
            "suite": self.report.suite,
            "started": self.report.started,
            "worse": [{"id": one.id, "mode": one.mode, "probe": one.probe} for one in made.worse],
            "better": made.counted(Change.BETTER),
        }
