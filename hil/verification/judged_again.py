# SPDX-License-Identifier: Apache-2.0
"""A report's verdicts computed again from its evidence alone, and compared one by one; no device, no bench.

What the report does not have but the suite asks for is told too: a report cannot pass by leaving something out.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from xky.protocol import InputError, Mode, XkyError

from ..archive.contents import Contents
from ..campaign.evidence import BEFORE, EVIDENCE_FILES, read_records
from ..campaign.judgement import Asked, Conclusion, Judgement, no_concern
from ..campaign.oracle import Case, Oracle
from ..campaign.quick import SKIPPED
from ..campaign.record import Record
from ..campaign.report.document import REPORT_SCHEMA, purpose_document, run_verdict
from ..campaign.requirement import Purpose
from ..campaign.suite import declared_purposes, run_suite
from ..campaign.verdict import NotApplicable, Undecided, Verdict, joined
from .replayed import Replayed
from .rest_again import page_differs, rest_differs

__all__ = ["judged_again"]

_REPORT, _EVIDENCE, _STIMULUS = "report.json", "evidence", "evidence/stimulus.stim.toml"
_FILES = "|".join(map(re.escape, EVIDENCE_FILES))
_RECORD = re.compile(f"{_STIMULUS}|{_EVIDENCE}/(?:{BEFORE}[1-9][0-9]?/)?(?:{'|'.join(Mode)})/(?:{_FILES})")
_NOT_JUDGED = "not judged: the run was cut short"
_COMPARED = ("verdict", "reason", "sent", "expected", "seen", "at_s", "measured")
_COUNTED = ("verdict", "decided", "total")  # of the headline
_Key = tuple[str, str, str]  # purpose, mode, probe


def judged_again(contents: Contents, made_by: str | None) -> Replayed:
    """Judge the evidence of a report again.

    Args:
        contents: its files, whatever became of them.
        made_by: version of the package that made them.
    """
    try:
        report = _report(contents)
        if (skipped := _all_skipped(report)) is not None:
            return Replayed(skipped, _of_nothing_played(contents, report, made_by))
        with _evidence(contents) as folder:
            whole, parts = _records(folder)
            judgement = _Again(report, whole, parts, _stimulus(folder, contents, report))
    except XkyError as error:
        return Replayed(0, (str(error),))
    return _Compared(report, judgement, made_by, contents).replayed()


@dataclass
class _Again(Judgement):
    """The suite on the records of a report: all that the report has, and what it would have to have.

    Args:
        report: as it is written.
        given: records by mode.
        parts: those of the earlier parts of a run that was interrupted, by number.
        stimulus: that was played alone.
    """

    report: Mapping[str, Any]
    given: Mapping[Mode, Record]
    parts: Mapping[int, Mapping[Mode, Record]] = field(default_factory=dict)
    stimulus: Mapping[Purpose, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.found = self.stimulus
        self.told = {key: one for requirement in self.report["requirements"] for key, one in _purposes(requirement)}
        self.ids = {id_ for id_, _, _ in self.told}
        self.of_parts: dict[tuple[int, Mode, str], Oracle] = {}

    @property
    def is_whole(self) -> bool:
        """Whether the report is of a whole run of the suite."""
        return not (self.report.get("partial") or self.report.get("aborted") or self.stimulus)

    @cached_property
    def modes(self) -> tuple[Mode, ...]:
        told = {mode for _, mode, _ in self.told} | set(self.given)
        return tuple(mode for mode in self._any.board.modes if mode in told)

    @property
    def probes(self) -> Sequence[str]:
        return [probe.spec for probe in self._any.probes]

    @property
    def _any(self) -> Record:
        return next(record for of in (self.given, *self.parts.values()) for record in of.values())

    @cached_property
    def skipped(self) -> frozenset[Asked]:
        return frozenset(one for one in self.purposes if self.told.get(_key(one), {}).get("skipped") is True)

    def case(self, asked: Asked) -> Case:
        """Each purpose on the record of its own part; what was skipped has none."""
        told = self.told.get(_key(asked), {})
        if not self.is_whole and told.get("verdict") == Verdict.NOT_APPLICABLE.value:  # nothing need have been played
            why = no_concern(asked, self._any.seen_by(asked.probe).facts)
            if why and why == told.get("reason"):
                raise NotApplicable(why)
        if told.get("skipped") is True:
            self.require_claim(asked, self._any.board)
            raise Undecided(SKIPPED)
        record = self.parts.get(told.get("part", 0), {}).get(asked.mode)
        if record is None:
            return super().case(asked)
        self.require_claim(asked, record.board)
        return Case(asked.purpose, self._oracle_of(told["part"], record, asked))

    def _oracle_of(self, part: int, record: Record, asked: Asked) -> Oracle:
        key = part, asked.mode, asked.probe
        if key not in self.of_parts:
            self.of_parts[key] = Oracle(record.seen_by(asked.probe))
        return self.of_parts[key]

    def asks_for(self, purpose: Purpose) -> bool:
        if self.stimulus:
            return purpose in self.stimulus
        return self.is_whole or purpose.id in self.ids

    def _record(self, mode: Mode) -> Record:
        if mode not in self.given:
            raise Undecided("not played: the run was cut short")
        return self.given[mode]


class _Compared:
    """What the report says, beside what its evidence concludes."""

    def __init__(self, report: Mapping[str, Any], judgement: _Again, made_by: str | None, contents: Contents) -> None:
        self._report, self._judgement, self._contents = report, judgement, contents
        here, self._made_by = version("xky-hil"), made_by
        self._another = made_by is not None and made_by != here
        self._by = f"not known to xky-hil {here}" + (f"; the report is by {made_by}" if self._another else "")
        self.same = 0
        self.other: list[str] = []

    def replayed(self) -> Replayed:
        known = {one.id for one in declared_purposes()} | {one.id for one in self._judgement.found}
        told = self._judgement.told
        junit = b""
        if known & self._judgement.ids:
            try:
                junit = self._judge()
            except XkyError as error:
                return Replayed(0, (str(error),))
        again = {_key(one.asked): one for one in self._judgement.conclusions}
        for key, one in self._told():
            if key in again:
                self._compare(key, one, again[key])
            else:
                self.other.append(f"{_shown(key)}: cannot be judged again: {self._by}")
        if self._judgement.is_whole and not self._another:
            left = [key for key in again if key not in told]
            self.other += [f"{_shown(key)}: is not in the report" for key in left]
        self._compare_requirements({one.purpose.requirement.id: one for one in again.values()})
        if self._another and self.other:
            self.other.append(f"the report is by xky-hil {self._report_by()}: what differs may be the suite's")
        rest = self._rest(again, junit)
        return Replayed(self.same, tuple(self.other), rest)

    def _rest(self, again: Mapping[_Key, Conclusion], junit: bytes) -> Sequence[str]:
        """Compare what the report says besides its verdicts; what could not be compared."""
        if self._another:
            if self._report_by() != self._made_by:
                suite = _short(self._report.get("suite"))
                self.other.append(f"report.json: suite is {suite}; manifest.json says xky-hil {self._made_by}")
            return (f"what it says besides verdicts, and its other files: it is by xky-hil {self._made_by}",)
        unjudged = {key: again[key] for key, one in self._judgement.told.items()
                    if key in again and self._is_unjudged(one, again[key])}  # fmt: skip
        told, before = self._judgement.told, self._judgement.parts
        found, unchecked = rest_differs(self._contents, self._report, self._judgement, told, unjudged, before, junit)
        said = [name for name in _COUNTED if any(one.startswith(f"report.json: {name} is ") for one in self.other)]
        self.other += [one for one in found if not one.startswith(tuple(f"report.json: {name} is " for name in said))]
        return unchecked

    def _judge(self) -> bytes:
        """Let the suite judge; what pytest writes of it."""
        with TemporaryDirectory() as folder:
            junit = Path(folder) / "junit.xml"
            run_suite(self._judgement, junit)
            return junit.read_bytes()

    def _told(self) -> Iterator[tuple[_Key, Mapping[str, Any]]]:
        """Each purpose of the report; what is told twice, or of another requirement, is told of."""
        met: set[_Key] = set()
        for requirement in self._report["requirements"]:
            for key, one in _purposes(requirement):
                if key in met or key[0].partition("/")[0] != requirement["id"]:
                    self.other.append(f"{_shown(key)}: has no place under {requirement['id']}, or comes twice")
                met.add(key)
                yield key, one

    def _report_by(self) -> str:
        return str(self._report.get("suite", "")).removeprefix("xky-hil ")

    def _is_unjudged(self, told: Mapping[str, Any], again: Conclusion) -> bool:
        """Whether nobody had judged it when the run was cut short; a fail of the evidence counts all the same."""
        cut = self._report.get("aborted") and told.get("verdict") == Verdict.INCONCLUSIVE.value
        unjudged = cut and told.get("reason") == _NOT_JUDGED and not any(map(told.get, ("sent", "expected", "seen")))
        return bool(unjudged) and again.verdict is not Verdict.FAIL

    def _compare(self, key: _Key, told: Mapping[str, Any], again: Conclusion) -> None:
        if self._is_unjudged(told, again):
            self.same += 1
            return
        now = purpose_document(again)
        wrong = next((name for name in _COMPARED if told.get(name) != now.get(name)), None)
        if wrong is None:
            self.same += 1
            return
        said = f"{wrong} is {_short(told.get(wrong))} in the report, {_short(now.get(wrong))} by the evidence"
        self.other.append(f"{_shown(key)}: {said}")

    def _compare_requirements(self, known: Mapping[str, Conclusion]) -> None:
        """The verdicts that follow from those of the purposes, and what the suite says of each requirement."""
        requirements = self._report["requirements"]
        for one in requirements:
            verdicts = [Verdict(purpose["verdict"]) for purpose in one["purposes"]]
            if joined(verdicts).value != one["verdict"]:
                self.other.append(
                    f"{one['id']}: is {one['verdict']} in the report, {joined(verdicts).value} by its purposes"
                )
            of_suite = known[one["id"]].purpose.requirement if one["id"] in known else None
            if of_suite is not None and not self._another and one.get("level") != of_suite.level.value:
                told = f"is a {_short(one.get('level'))} in the report, a {of_suite.level.value} in the suite"
                self.other.append(f"{one['id']}: {told}")
        applicable = [one for one in requirements if one["verdict"] != Verdict.NOT_APPLICABLE.value]
        counts = {
            "decided": sum(Verdict(one["verdict"]).decided for one in applicable),
            "total": len(applicable),
        }
        for name, count in counts.items():
            if self._report.get(name) != count:
                self.other.append(f"report.json: {name} is {_short(self._report.get(name))}; counted {count}")
        allowed = {run_verdict(requirements, strict=strict).value for strict in (False, True)}
        if Verdict.PASS.value in allowed:  # so is one that was cut short, or of a program that is not the one named
            allowed |= {Verdict.INCONCLUSIVE.value}
        if self._report.get("aborted"):
            allowed -= {Verdict.PASS.value}
        if self._report.get("verdict") not in allowed:
            told = " or ".join(sorted(allowed))
            self.other.append(
                f"report.json: verdict is {_short(self._report.get('verdict'))}; {told} by its requirements"
            )


def _report(contents: Contents) -> Mapping[str, Any]:
    """The report, as far as it has to have a form to be judged again.

    Raises:
        InputError: it is missing, or has another form.
    """
    if _REPORT not in contents.names:
        raise InputError(f"{_REPORT}: is missing; nothing can be compared with the evidence")
    try:
        report = json.loads(contents.read(_REPORT))
        schema = report["schema"]
        if schema != REPORT_SCHEMA:
            raise InputError(f"{_REPORT}: has schema {_short(schema)}; {REPORT_SCHEMA} can be judged again here")
        for one in report["requirements"]:
            Verdict(one["verdict"])
            _ = one["id"] + one["level"], [Verdict(purpose["verdict"]) for _, purpose in _purposes(one)]
            if not all(isinstance(purpose.get("part", 0), int) for _, purpose in _purposes(one)):
                raise ValueError(f"{one['id']}: part is no number")
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError) as error:
        told = " ".join(str(error).split())[:80]
        raise InputError(f"{_REPORT}: cannot be read as a report ({type(error).__name__}: {told})") from None
    return report  # type: ignore[no-any-return]


def _all_skipped(report: Mapping[str, Any]) -> int | None:
    """How many purposes ``--quick`` skipped, where it played nothing, so that there is no evidence; else None."""
    told = [one for requirement in report["requirements"] for _, one in _purposes(requirement)]
    skipped = [one for one in told if one.get("skipped") and one["verdict"] == Verdict.INCONCLUSIVE.value]
    inconclusive = report.get("partial") and report.get("verdict") == Verdict.INCONCLUSIVE.value
    left = [one for one in told if one["verdict"] != Verdict.NOT_APPLICABLE.value]
    return len(told) if skipped and inconclusive and len(skipped) == len(left) and report.get("decided") == 0 else None


def _of_nothing_played(contents: Contents, report: Mapping[str, Any], made_by: str | None) -> Sequence[str]:
    """What differs of a report without evidence; of another version nothing is compared."""
    return tuple(page_differs(contents, report)) if made_by in (None, version("xky-hil")) else ()


def _purposes(requirement: Mapping[str, Any]) -> Iterator[tuple[_Key, Mapping[str, Any]]]:
    for one in requirement["purposes"]:
        yield (str(one["id"]), str(one["mode"]), str(one.get("probe", "lines"))), one


@contextmanager
def _evidence(contents: Contents) -> Iterator[Path]:
    """The files of the evidence in a folder of their own: nothing else has a place there, whatever its name."""
    with TemporaryDirectory() as folder:
        for name in filter(_RECORD.fullmatch, contents.names):
            path = Path(folder, *PurePosixPath(name).parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents.read(name))
        yield Path(folder) / _EVIDENCE


def _records(folder: Path) -> tuple[Mapping[Mode, Record], Mapping[int, Mapping[Mode, Record]]]:
    """Those of the run, and those of its earlier parts."""
    try:
        parts = {int(one.name.removeprefix(BEFORE)): read_records(one) for one in folder.glob(f"{BEFORE}*")}
        is_there = not parts or any((folder / mode.value).is_dir() for mode in Mode)
        return read_records(folder) if is_there else {}, parts
    except InputError as error:
        raise InputError(str(error).replace(str(folder), _EVIDENCE)) from None


def _stimulus(folder: Path, contents: Contents, report: Mapping[str, Any]) -> Mapping[Purpose, Any]:
    """The stimulus that was played alone, under the name that its purpose has in the report."""
    path = folder / PurePosixPath(_STIMULUS).name
    if not path.exists():
        return {}
    from ..stories.replay import purpose_of_stimulus
    from ..stories.stimulus_file import SUFFIX, read_stimulus

    ids = [key[0] for requirement in report["requirements"] for key, _ in _purposes(requirement)]
    try:
        stimulus = read_stimulus(path)
    except InputError as error:
        raise InputError(str(error).replace(str(folder), _EVIDENCE)) from None
    name = ids[0].partition("/")[2] if ids else path.name.removesuffix(SUFFIX)
    return {purpose_of_stimulus(Path(f"{name}{SUFFIX}"), stimulus): stimulus}


def _key(asked: Asked) -> _Key:
    return asked.purpose.id, asked.mode.value, asked.probe


def _shown(key: _Key) -> str:
    return f"{key[0]} ({key[1]}, {key[2]})"


def _short(told: Any) -> str:
    text = json.dumps(told, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:119]}…"
