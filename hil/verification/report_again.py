# SPDX-License-Identifier: Apache-2.0
"""What ``report.json`` says besides its verdicts, beside what follows from the records, the suite and the plan."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ..campaign.judgement import Conclusion
from ..campaign.verdict import Verdict
from .run_again import RunAgain

__all__ = ["report_differs", "report_unchecked"]

_REPORT = "report.json"
_OF_REQUIREMENT = ("title", "clause", "why", "compatibility", "waived")
_ELSEWHERE = {  # what is compared by itself, or follows from nothing that is there
    "requirements", "remarks", "signed", "signer", "against", "identity", "bench",
}  # fmt: skip
_OF_THE_RUN = ("the bench was lost: ", "bench: ", "bench before: ", "resumed: ")  # remarks that no record has
_QUICK = ("partial: historic: --quick ", "partial: standard: --quick ")
_KEYS = "keys that are no labels, ignored: "


def report_differs(run: RunAgain) -> Iterator[str]:
    """What is another, a line each: ``report.json: KEY`` and what it is."""
    told, made = run.report, run.document()
    yield from _keys("", *({name: one for name, one in of.items() if name not in _ELSEWHERE} for of in (told, made)))
    yield from _remarks(run, made["remarks"])
    of_suite = {one["id"]: one for one in made["requirements"]}
    concluded = {(one.purpose.id, one.mode.value, one.asked.probe): one for one in run.conclusions}
    for one in told["requirements"]:
        now = of_suite.get(one["id"])
        for name in _OF_REQUIREMENT:
            if now is not None and one.get(name) != now.get(name):
                yield _differs(f"{name} of {one['id']}", one.get(name), now.get(name))
        yield from _purposes(run, one, concluded)


def _keys(above: str, told: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    """The keys of a table that differ, those of a table within it by both names."""
    for name in dict.fromkeys((*made, *told)):
        one, other = told.get(name), made.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _keys(f"{above}{name}.", one, other)
        elif one != other:
            yield _differs(f"{above}{name}", one, other)


def _purposes(
    run: RunAgain, requirement: Mapping[str, Any], concluded: Mapping[tuple[str, str, str], Conclusion]
) -> Iterator[str]:
    """What stands beside the verdicts of purposes: how a fail is seen again, and what a supplier said."""
    for purpose in requirement["purposes"]:
        id_, mode, probe = purpose["id"], purpose["mode"], purpose.get("probe", "lines")
        said = None if run.anonymised else run.contested.get(id_)  # the words of a person are left out there
        if not run.anonymised and purpose.get("contested") != said:
            yield _differs(f"contested of {id_}", purpose.get("contested"), said)
        conclusion = concluded.get((id_, mode, probe))
        if conclusion is None or _names_files(run):
            continue
        if conclusion.verdict is Verdict.FAIL is Verdict(purpose["verdict"]):
            allowed = run.commands_again(conclusion)
            if purpose.get("again") not in allowed:
                yield _differs(f"again of {id_}", purpose.get("again"), min(allowed))
        elif "again" in purpose:
            yield _differs(f"again of {id_}", purpose["again"], None)


def _remarks(run: RunAgain, made: list[str]) -> Iterator[str]:
    """Remarks that are missing, and those that nothing shows; their order says nothing."""
    told = run.report["remarks"]
    if run.options.quick:  # what stood is counted there without what was skipped
        made = [one for one in made if not one.startswith(_OF_THE_RUN)]
    if run.aborted:  # a key was met by then, or was not
        made = [one for one in made if not one.startswith(_KEYS)]
    for one in (Counter(made) - Counter(told)).elements():
        yield f"{_REPORT}: remarks: {_short(one)} is not among them"
    besides = [*_QUICK] if run.options.quick else []
    besides += [_KEYS] if run.aborted else []
    besides += _OF_THE_RUN[:1] if run.aborted or run.options.pdf else ()
    besides += _OF_THE_RUN[1:3] if run.options.bench is not None else ()
    besides += _OF_THE_RUN[3:] if run.options.quick and run.earlier is not None else ()
    for one in (Counter(told) - Counter(made)).elements():
        if not str(one).startswith(tuple(besides)) or not besides:
            yield f"{_REPORT}: remarks: {_short(one)} follows from nothing that was recorded"


def report_unchecked(run: RunAgain) -> Iterator[str]:
    """What nothing in the evidence shows, in a few words each."""
    yield "when it began"
    if run.report["firmware"]["files"]:
        yield "the SHA-256 of the program's files, which are not in it"
    if run.anonymised:
        yield "the versions that the device said, the words that were left out, and whose files were given"
    if run.options.bench is not None:
        yield "the bench's instruments, and the remarks on them"
    if run.options.quick:
        yield "the remarks on what --quick played"
    if run.aborted:
        yield "why the run was cut short"
    if "against" in run.report:
        yield "the earlier run that it is laid beside"
    if any("shortest" in one for one in run.told.values()):
        yield "the shortest stimuli, which only the device shows"
    if _names_files(run):
        yield "the commands that play one fail alone, since they name files"


def _names_files(run: RunAgain) -> bool:
    """Whether commands name files by paths that the evidence does not have."""
    return any(one is not None for one in (run.options.statement, run.options.bench)) or bool(run.judgement.found)


def _differs(what: str, told: Any, made: Any) -> str:
    return f"{_REPORT}: {what} is {_short(told)}; {_short(made)} by the evidence"


def _short(told: Any) -> str:
    text = json.dumps(told, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:119]}…"
