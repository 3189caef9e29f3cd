# SPDX-License-Identifier: Apache-2.0
"""The earlier parts of a run that was interrupted, read back and judged again from their records alone.

A mode that was played to its end is the run's as it is. Of a mode that was cut, what was settled by then stands, each
purpose on the record of its own part; the others are asked anew, in a part that plays their whole stimuli: no verdict
is joined from halves.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from xky.protocol import InputError, Mode

from ..evidence import BEFORE, read_record, read_records, write_record
from ..judge_again import judge_again
from ..judgement import Asked
from ..oracle import Oracle
from ..record import Record
from ..stimulus import Stimulus
from .identity import difference
from .journal import CHECKPOINTS, PROGRESS, SCHEMA
from .parts import Part, Parts

__all__ = ["Earlier", "read_earlier"]

_REPORT = "report.json"
_Key = tuple[str, Mode, str]


@dataclass
class Earlier(Parts):
    """All earlier parts of a run, judged.

    Attributes:
        whole: records of the modes that were played to their ends.
    """

    whole: Mapping[Mode, Record]
    _settled: dict[_Key, int] = field(default_factory=dict, init=False)
    _oracles: dict[tuple[int, Mode, str], Oracle] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for number, part in enumerate(self.parts):
            for one in judge_again(part.records) if part.records else ():
                record = part.records[one.mode]
                of_power = one.purpose.requirement.about_power
                of_trials = one.purpose.requirement.beside_the_plan and not of_power
                cut = (of_power and record.power_cut_short) or (of_trials and record.trials_cut_short)
                is_over = record.cut_short_s is None and not cut
                if one.verdict.decided or is_over:
                    self._settled.setdefault((one.purpose.id, one.mode, one.asked.probe), number)

    def part_of(self, asked: Asked) -> int | None:
        """The number of the part that settled it, from 0 on; None: it has to be asked."""
        return self._settled.get((asked.purpose.id, asked.mode, asked.probe))

    def oracle(self, part: int, mode: Mode, probe: str) -> Oracle:
        """The judge of what a probe saw in a part."""
        key = part, mode, probe
        if key not in self._oracles:
            self._oracles[key] = Oracle(self.parts[part].records[mode].seen_by(probe))
        return self._oracles[key]

    def reported(self, mode: Mode, probes: Sequence[str]) -> dict[str, frozenset[str]]:
        """Labels that were reported in earlier parts, by probe: a device that has forgotten one is asked for it."""
        cut = [number for number, part in enumerate(self.parts) if mode in part.records]
        found = {
            probe: frozenset[str]().union(*(self.oracle(number, mode, probe).reported for number in cut))
            for probe in probes
        }
        return {probe: labels for probe, labels in found.items() if labels}

    def turn_of(self, step: Stimulus, mode: Mode) -> int:
        """In how many parts a step has been on the line; one of a time of the day is behind all others.

        What is still asked of a step that was played needs more than the part lasted, or than one step: were it the
        first again, a run that is cut each time as soon would never get on.
        """
        if step.at is not None or step.last:
            return len(self.parts) + 1
        return sum(bool(part.records[mode].truth.of_step(step.name)) for part in self.parts if mode in part.records)

    def write(self, workshop: Path) -> None:
        """Their records, where the report of the run that goes on is made."""
        for number, part in enumerate(self.parts, 1):
            for mode, record in part.records.items():
                write_record(workshop / "evidence" / f"{BEFORE}{number}" / mode.value, record)


def read_earlier(folder: Path, identity: Mapping[str, str]) -> Earlier:
    """Read what a run left that was interrupted.

    Args:
        folder: of its report, ``--out``; nobody writes there now.
        identity: of the run that goes on.

    Raises:
        InputError: there is none, or it is not the same run; the text says what is another.
    """
    found = [one for one in (_of_report(folder), *map(_of_workshop, folder.glob(".run-*"))) if one is not None]
    if not found:
        raise InputError(f"--resume: {folder} holds no run that was interrupted; leave --resume out")
    newest = max(found, key=lambda one: datetime.fromisoformat(one.started))
    other = difference(newest.identity, identity)
    if other is not None:
        raise InputError(f"--resume: {folder}: {other}; what was decided holds for that run alone; leave --resume out")
    return newest.earlier()


@dataclass(frozen=True, slots=True)
class _Left:
    """What was found of an interrupted run."""

    root: Path
    started: str
    identity: Mapping[str, str]
    resumed: Sequence[Mapping[str, Any]]
    copies: tuple[str, ...] = ()

    def earlier(self) -> Earlier:
        evidence = self.root / "evidence"
        parts = []
        for number, told in enumerate(self.resumed, 1):
            of_part = evidence / f"{BEFORE}{number}"
            parts.append(Part(str(told["started"]), read_records(of_part) if of_part.is_dir() else {}))
        own = self._copied() if self.copies else {}
        for mode in Mode:
            if (evidence / mode.value / "run.json").is_file():
                with suppress(InputError) if self.copies else nullcontext():  # of a kill, or of a power cut
                    own[mode] = read_record(evidence / mode.value)
        whole = {mode: record for mode, record in own.items() if _is_whole(record)}
        parts.append(Part(self.started, {mode: record for mode, record in own.items() if mode not in whole}))
        return Earlier(parts, whole)

    def _copied(self) -> dict[Mode, Record]:
        """The newest copy of each mode that can be read."""
        newest: dict[Mode, Record] = {}
        for name in self.copies:
            for mode in Mode:
                with suppress(InputError):  # the one that was being written
                    record = read_record(self.root / name / mode.value)
                    if mode not in newest or newest[mode].duration_s < record.duration_s:
                        newest[mode] = record
        return newest


def _is_whole(record: Record) -> bool:
    return record.cut_short_s is None and not record.power_cut_short and not record.trials_cut_short


def _of_report(folder: Path) -> _Left | None:
    told = _json(folder / _REPORT)
    if told is None or told.get("aborted") is not True:
        return None
    return _left(folder, told)


def _of_workshop(root: Path) -> _Left | None:
    told = _json(root / PROGRESS)
    if root.is_symlink() or told is None or told.get("schema") != SCHEMA:
        return None
    return _left(root, told, CHECKPOINTS)


def _left(root: Path, told: Mapping[str, Any], copies: tuple[str, ...] = ()) -> _Left | None:
    try:
        datetime.fromisoformat(told["started"])
        resumed = [{"started": str(one["started"])} for one in told.get("resumed", ())]
        identity = {str(name): str(value) for name, value in told["identity"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):  # nothing that a run wrote
        return None
    return _Left(root, told["started"], identity, resumed, copies)


def _json(path: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None
