# SPDX-License-Identifier: Apache-2.0
"""What changed between two runs: each purpose's verdict, what was measured, and what the runs themselves differ in.

What got worse: a purpose that passed and does so no more, one that was decided and is not, a new fail, an undecided one
where nothing was asked before. A purpose that is gone got worse, too, unless it is told why: the suite is another one,
or the later run was to judge only some of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from ..verdict import Level, Verdict
from .report_file import MeasureOf, PurposeOf, ReportFile, RequirementOf

__all__ = ["Change", "Comparison", "Difference", "MeasureChange", "PurposeChange", "compare"]

SCHEMA = "xky-diff/1"
_NOTABLE = 0.05  # of a limit: what is measured differs a little from run to run in real time
_DIFFERING = ("device", "board", "mode", "probes", "suite", "specification", "seed")


class Change(StrEnum):
    """What became of a purpose."""

    WORSE = "worse"
    BETTER = "better"
    OTHER = "other"  # neither: what does not apply any more and was not passed
    APPEARED = "appeared"
    GONE = "gone"
    NOT_ASKED = "not asked"  # of the later run: --only, --quick


class Difference(NamedTuple):
    """What the two runs themselves differ in."""

    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PurposeChange:
    """A purpose whose verdict is not what it was.

    Attributes:
        before: None where it was not asked.
        after: None where it is not asked.
        is_worse: whether that counts as worse.
    """

    id: str
    requirement: str
    level: Level
    mode: str
    probe: str
    before: Verdict | None
    after: Verdict | None
    reason: str
    change: Change
    is_worse: bool


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """What was measured in both runs and is notably other; it gives no verdict."""

    purpose: str
    mode: str
    what: str
    unit: str
    before: float
    after: float
    limit: float
    bound: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs.

    Attributes:
        differences: what the runs themselves differ in.
        purposes: whose verdict changed, in the order of the suite, those that are gone last.
        measures: whose values changed.
    """

    before: ReportFile
    after: ReportFile
    differences: tuple[Difference, ...]
    purposes: tuple[PurposeChange, ...]
    measures: tuple[MeasureChange, ...]

    @property
    def worse(self) -> tuple[PurposeChange, ...]:
        """What got worse."""
        return tuple(one for one in self.purposes if one.is_worse)

    def counted(self, change: Change) -> int:
        """How many purposes changed so."""
        return sum(one.change is change for one in self.purposes)

    def requirements(self) -> Iterator[tuple[RequirementOf | None, RequirementOf | None]]:
        """Each requirement whose verdict or level is another, before and after; None where it was not there."""
        earlier, later = ({one.id: one for one in run.requirements} for run in (self.before, self.after))
        for id_ in dict.fromkeys((*later, *earlier)):
            was, is_ = earlier.get(id_), later.get(id_)
            if was is None or is_ is None or (was.verdict, was.level) != (is_.verdict, is_.level):
                yield was, is_

    def document(self) -> dict[str, Any]:
        """As ``xky diff --json`` prints it; its JSON Schema stands beside this file."""
        return {
            "schema": SCHEMA,
            "worse": len(self.worse),
            "before": _run(self.before),
            "after": _run(self.after),
            "differences": [one._asdict() for one in self.differences],
            "purposes": [
                {
                    "id": one.id, "requirement": one.requirement, "level": one.level.value, "mode": one.mode,
                    "probe": one.probe, "before": one.before, "after": one.after, "change": one.change.value,
                    "worse": one.is_worse, "reason": one.reason,
                }
                for one in self.purposes
            ],
            "requirements": [
                {
                    "id": (is_ or was).id,  # type: ignore[union-attr]  # one of the two is there
                    "before": None if was is None else {"verdict": was.verdict.value, "level": was.level.value},
                    "after": None if is_ is None else {"verdict": is_.verdict.value, "level": is_.level.value},
                }
                for was, is_ in self.requirements()
            ],
            "measures": [
                {
                    "purpose": one.purpose, "mode": one.mode, "what": one.what, "unit": one.unit,
                    "before": one.before, "after": one.after, "limit": one.limit, "bound": one.bound,
                }
                for one in self.measures
            ],
        }  # fmt: skip


def compare(before: ReportFile, after: ReportFile) -> Comparison:
    """What changed from one run to another."""
    earlier, later = _purposes(before), _purposes(after)
    changes = []
    for key in dict.fromkeys((*later, *earlier)):
        change = _change(earlier.get(key), later.get(key), before, after)
        if change is not None:
            changes.append(change)
    return Comparison(
        before, after, tuple(_differences(before, after)), tuple(changes), tuple(_measures(earlier, later))
    )


_Key = tuple[str, str, str]
_Of = tuple[RequirementOf, PurposeOf]


def _purposes(run: ReportFile) -> dict[_Key, _Of]:
    """By id, mode and probe; of a run with one probe it is the same wherever that was."""
    several = len(run.probes) > 1
    return {
        (purpose.id, purpose.mode, purpose.probe if several else ""): (one, purpose)
        for one in run.requirements
        for purpose in one.purposes
    }


def _change(was: _Of | None, is_: _Of | None, before: ReportFile, after: ReportFile) -> PurposeChange | None:
    """What became of one purpose; None: nothing."""
    of = is_ or was
    assert of is not None
    requirement, purpose = of
    same_suite = before.suite == after.suite
    earlier = None if was is None or was[1].skipped else was[1].verdict
    later = None if is_ is None or is_[1].skipped else is_[1].verdict
    if earlier is later:
        return None
    reason = "" if is_ is None else is_[1].reason
    if later is None:
        not_asked = after.partial or (is_ is not None and is_[1].skipped)
        change = Change.NOT_ASKED if not_asked else Change.GONE
        is_worse = not not_asked and same_suite and earlier is not Verdict.NOT_APPLICABLE
    elif earlier is None:
        not_asked = before.partial or (was is not None and was[1].skipped)
        change, is_worse = Change.APPEARED, later is Verdict.FAIL and same_suite and not not_asked
    else:
        change = _of_two(earlier, later)
        is_worse = change is Change.WORSE
    return PurposeChange(
        purpose.id, requirement.id, requirement.level, purpose.mode, purpose.probe, earlier, later, reason, change,
        is_worse,
    )  # fmt: skip


def _of_two(earlier: Verdict, later: Verdict) -> Change:
    """Two verdicts that are not the same."""
    if later is Verdict.PASS:
        return Change.BETTER
    if later is Verdict.FAIL or earlier is Verdict.PASS:
        return Change.WORSE
    if later is Verdict.INCONCLUSIVE:  # decided, or of no concern, until now
        return Change.WORSE
    return Change.OTHER  # failed, or undecided, and does not apply any more


def _differences(before: ReportFile, after: ReportFile) -> Iterator[Difference]:
    for what in _DIFFERING:
        was, is_ = getattr(before, what), getattr(after, what)
        if was != is_:
            yield Difference(what, was, is_)
    for key in ("version", "sha256"):
        had, has = before.firmware.get(key), after.firmware.get(key)
        if had != has:
            yield Difference(f"firmware: {key}", had, has)
    if before.program is not None and after.program is not None:
        for name in dict.fromkeys((*before.program, *after.program)):
            ran, runs = (", ".join(one.get(name, ())) or None for one in (before.program, after.program))
            if ran != runs:
                yield Difference(f"firmware: SHA-256 of {name}", ran, runs)
    if before.speed != after.speed and None not in (before.speed, after.speed):
        yield Difference("speed", before.speed, after.speed)
    if before.compatibility is not after.compatibility and None not in (before.compatibility, after.compatibility):
        yield Difference("compatibility", before.compatibility, after.compatibility)
    for key in dict.fromkeys((*before.statement, *after.statement)):
        stated, states = before.statement.get(key), after.statement.get(key)
        if stated != states:
            yield Difference(f"statement: {key}", stated, states)


def _measures(earlier: dict[_Key, _Of], later: dict[_Key, _Of]) -> Iterator[MeasureChange]:
    for key, (_, purpose) in later.items():
        if key not in earlier:
            continue
        was = list(earlier[key][1].measured)
        for one in purpose.measured:  # of some there are several, in their order
            other = next((other for other in was if other.what == one.what), None)
            if other is None:
                continue
            was.remove(other)
            if _differ(other, one):
                yield MeasureChange(
                    purpose.id, purpose.mode, one.what, one.unit, other.value, one.value, one.limit, one.bound
                )


def _differ(was: MeasureOf, is_: MeasureOf) -> bool:
    return abs(is_.value - was.value) > _NOTABLE * abs(is_.limit or was.value)


def _run(run: ReportFile) -> dict[str, Any]:
    return {
        "verdict": run.verdict.value, "decided": run.decided, "total": run.total, "device": run.device,
        "board": run.board, "mode": run.mode, "suite": run.suite, "seed": run.seed, "started": run.started,
        "duration_s": run.duration_s,
        **({"disagreements": list(run.disagreements)} if run.disagreements else {}),
        **({"partial": True} if run.partial else {}), **({"aborted": True} if run.aborted else {}),
    }  # fmt: skip
