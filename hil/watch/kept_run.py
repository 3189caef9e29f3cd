# SPDX-License-Identifier: Apache-2.0
"""A finished run to look at, from the evidence of its report: a folder, or an archive."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from json import dumps, loads
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from xky.protocol import InputError, Mode

from ..archive.contents import Contents, contents_of
from ..campaign.comparison.report_file import read_report
from ..campaign.evidence import BEFORE, EVIDENCE_FILES, read_record
from ..campaign.oracle import Case, Oracle, Trail
from ..campaign.record import Record
from ..campaign.suite import declared_purposes, test_of
from ..campaign.verdict import PurposeFailed, Verdict
from .live_run import part_of, power_of, scene_of, verdicts_of
from .report_files import ReportFiles
from .watched import Key, Part, Scene, Told, Watched

__all__ = ["KeptRun"]

_REPORT, _PLAN = "report.json", "evidence/plan.json"
_RECORD = re.compile(
    rf"evidence/(?:{BEFORE}([1-9][0-9]?)/)?({'|'.join(Mode)})/({'|'.join(map(re.escape, EVIDENCE_FILES))})"
)
_ORACLES = 8  # kept of records that were asked about


class KeptRun(Watched):
    """Of a report.

    Args:
        path: of its folder, or of an archive.

    Raises:
        InputError: there is none, it has no evidence, or that cannot be read.
    """

    def __init__(self, path: Path) -> None:
        contents = contents_of(path)
        self._files = ReportFiles(contents)
        if _REPORT not in contents.names:
            raise InputError(
                f"{path}: has no {_REPORT}; give the folder of a report, or an archive of certify --archive"
            )
        raw = contents.read(_REPORT)
        read_report(raw, f"{path}: {_REPORT}")  # complains of what is none
        self._report: Mapping[str, Any] = loads(raw)
        records = _records(contents, path)
        shown = {mode: min(part for part, of in records if of is mode) for _, mode in records}
        if not records:
            raise InputError(
                f"{path}: is a report without evidence; give the whole folder as xky certify left it, or the archive"
            )
        order = next(iter(records.values())).board.modes
        self._records = records
        self._shown = {mode: records[shown[mode], mode] for mode in sorted(shown, key=order.index)}
        steps = _steps(contents)
        self._parts = [part_of(record, steps.get(mode.value, ())) for mode, record in self._shown.items()]
        self._power = {mode: _power(record, path) for mode, record in self._shown.items()}
        self._verdicts = verdicts_of(self._report)
        self._oracle = lru_cache(_ORACLES)(self._new_oracle)

    @property
    def facts(self) -> Mapping[str, Any]:
        return self._report

    @property
    def modes(self) -> Sequence[Mode]:
        return tuple(self._shown)

    @property
    def parts(self) -> Sequence[Part]:
        return self._parts

    def over(self, mode: Mode) -> tuple[float, str | None]:
        record = self._shown[mode]
        return record.duration_s, record.ended

    def power(self, mode: Mode) -> Mapping[str, Any] | None:
        return self._power[mode]

    @property
    def verdicts(self) -> Sequence[Told]:
        return self._verdicts

    @property
    def report(self) -> Mapping[str, Any]:
        return self._report

    @property
    def complaint(self) -> str:
        return ""

    def scene(self, key: Key) -> Scene:
        """Its question is asked once more: where to look is in no report."""
        told = next((one.purpose for one in self._verdicts if one.key == key), None)
        place = None if told is None else (told.get("part", 0), Mode(key.mode))
        if told is None or told["verdict"] != Verdict.FAIL.value or place not in self._records:
            return Scene(None)
        record = self._records[place]
        if key.probe not in {one.spec for one in record.probes}:
            return Scene(None)
        purpose = next((one for one in declared_purposes() if one.id == key.purpose), None)
        if purpose is not None and purpose.requirement.beside_the_plan:
            return Scene(None)
        trail = Trail(at_s=told["at_s"])
        test = None if purpose is None else test_of(purpose)
        if purpose is not None and test is not None:
            case = Case(purpose, self._oracle(*place, key.probe))
            with suppress(PurposeFailed):  # of another version the suite may conclude something else
                test(case)
            trail.groups[:] = case.trail.groups
        return scene_of(record.seen_by(key.probe), trail)

    def _new_oracle(self, part: int, mode: Mode, probe: str) -> Oracle:
        return Oracle(self._records[part, mode].seen_by(probe))

    @property
    def has_report(self) -> bool:
        return "index.html" in self._files.names

    def file(self, name: str) -> bytes | None:
        return self._files.read(name)


def _records(contents: Contents, path: Path) -> dict[tuple[int, Mode], Record]:
    """By number of the earlier part, 0 for the last one, and mode.

    Raises:
        InputError: one cannot be read; the text names file and line.
    """
    found: dict[tuple[int, Mode], Record] = {}
    with TemporaryDirectory(prefix="xky-watch-") as folder:
        for name in contents.names:
            if _RECORD.fullmatch(name):
                file = Path(folder) / PurePosixPath(name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(contents.read(name))
        try:
            for run in sorted(Path(folder).glob("evidence/**/run.json")):
                part = run.parent.parent.name.removeprefix(BEFORE)
                found[int(part) if part.isdigit() else 0, Mode(run.parent.name)] = read_record(run.parent)
        except InputError as error:
            raise InputError(str(error).replace(folder, str(path))) from None
    return found


def _power(record: Record, path: Path) -> Mapping[str, Any] | None:
    """The trials of power that a record has, as they are told.

    Raises:
        InputError: whatever they are, the board of the record cannot have lived them.
    """
    try:
        told = power_of(record)
        dumps(told, allow_nan=False)
    except (InputError, ArithmeticError, ValueError) as error:
        raise InputError(
            f"{path}: evidence/{record.mode}/power.jsonl.gz: tells what its board cannot do ({error}); give the report "
            "as xky certify left it"
        ) from None
    return told


def _steps(contents: Contents) -> Mapping[str, Sequence[str]]:
    """Names of the steps of the plan, by mode; an older report does not say."""
    try:
        told = loads(contents.read(_PLAN)) if _PLAN in contents.names else {}
        return {mode: [str(one["name"]) for one in steps] for mode, steps in told["steps"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
