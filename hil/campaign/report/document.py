# SPDX-License-Identifier: Apache-2.0
"""The report as data: ``report.json``, schema ``xky-report/1`` (its JSON Schema stands beside this file)."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from xky.boards import Board
from xky.protocol import Mode

from ...bench.command_secrets import shown_device
from ...terminal import counted
from ..campaign import Campaign
from ..carried import bounds_remarks
from ..contested import mark_contested
from ..judgement import Asked, Conclusion
from ..oracle import Trail
from ..oracle.view import Measure
from ..quick import QUICK_S, QuickChoice
from ..record import Record
from ..requirement import Requirement
from ..resumption import Earlier
from ..resumption.identity import names_its_program
from ..verdict import Level, Verdict, joined
from ..waivers import waiver_of
from .again import command_again, replay_again

__all__ = ["REPORT_SCHEMA", "SPECIFICATION", "Shortest", "document", "in_order", "purpose_document", "run_verdict"]

REPORT_SCHEMA = "xky-report/1"
SPECIFICATION = "Enedis-NOI-CPT_54E v3 (2018-06-01); ERDF-NOI-CPT_02E v4 (2010-07-01)"

Shortest: TypeAlias = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""The shortest stimulus of what failed, by purpose, mode and probe: its file, and what is told of it."""
_NONE: Shortest = {}
_ANONYMISED = (
    "anonymised: addresses, delivery points, indexes and load curves are pseudonyms; left out are messages in the "
    "device's own words, its standard error, the arguments of commands, the files that were given with their names and "
    "free texts (title, reasons of waivers), and what was said to contested verdicts"
)


def run_verdict(requirements: Sequence[dict[str, Any]], *, strict: bool) -> Verdict:
    """The run's verdict: that of its musts; of its shoulds too with ``strict``; inconclusive where nothing applies."""
    counting = [Verdict(one["verdict"]) for one in requirements if strict or one["level"] == Level.MUST.value]
    verdict = joined(counting)
    return Verdict.INCONCLUSIVE if verdict is Verdict.NOT_APPLICABLE else verdict


def document(
    campaign: Campaign, *, strict: bool = False, signer: str | None = None, shortest: Shortest = _NONE
) -> dict[str, Any]:
    """The whole report of a campaign that has been judged.

    Args:
        campaign: judged.
        strict: a should that fails makes the run fail.
        signer: public key of who signs it, hexadecimal; None: nobody.
        shortest: stimuli that show what failed.
    """
    options = campaign.options
    requirements = _requirements(campaign, [*campaign.conclusions, *_not_asked(campaign)], shortest)
    mark_contested(requirements, campaign.contested)
    verdict = run_verdict(requirements, strict=strict or bool(options.asked))  # what was asked for counts
    firmware = campaign.firmware
    if (campaign.aborted or firmware.disagreements) and verdict is Verdict.PASS:
        verdict = Verdict.INCONCLUSIVE
    applicable = [one for one in requirements if Verdict(one["verdict"]) is not Verdict.NOT_APPLICABLE]
    return {
        "schema": REPORT_SCHEMA,
        "verdict": verdict.value,
        **({"partial": True} if options.asked or options.quick else {}),
        **({"aborted": True} if campaign.aborted else {}),
        **({"anonymised": True} if campaign.anonymised else {}),
        "decided": sum(Verdict(one["verdict"]).decided for one in applicable),
        "total": len(applicable),
        "device": shown_device(options.device),
        "board": campaign.board.id,
        "mode": campaign.mode_name,
        "probes": list(campaign.probes),
        "statement": {
            "title": campaign.board.title,
            "modes": [mode.value for mode in campaign.board.modes],
            "labels": _claimed(campaign),
            "defect": options.defect,
            "phases": list(campaign.board.phases),
            "producer": campaign.board.producer,
        },
        "firmware": firmware.document(),
        **_profile(campaign, requirements),
        **_compatibility(requirements),
        "specification": SPECIFICATION,
        "suite": f"xky-hil {version('xky-hil')}",
        "seed": options.seed,
        "speed": options.speed,
        "started": campaign.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "duration_s": round(sum(record.duration_s for record in _records(campaign)), 3),
        "signed": signer is not None,
        "signer": signer,
        **({} if campaign.earlier is None else {"resumed": campaign.earlier.told}),
        **_bench(campaign),
        "remarks": _remarks(campaign),
        "requirements": requirements,
    }


def _profile(campaign: Campaign, requirements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the tests of a label came to; nothing where none was asked for."""
    name, profile = campaign.options.profile, campaign.options.of_profile
    return {} if name is None or profile is None else {"profile": profile.document(name, requirements)}


def _bench(campaign: Campaign) -> dict[str, Any]:
    """What stood on the bench, and how it was left; nothing where there was no bench file."""
    held, file = campaign.instruments, campaign.options.bench
    if held is None or file is None:
        return {}
    return {
        "bench": {
            "file": str(file),
            "state": held.state.value,
            "order": list(held.order),
            "before": held.before,
            "not_safe": held.complaints,
            "instruments": held.identities(),
        }
    }


def _claimed(campaign: Campaign) -> list[str] | None:
    """Labels that it claims, at any of the probes; None for all."""
    claims = list(campaign.claims.values())
    return None if any(one is None for one in claims) else sorted({label for one in claims for label in one or ()})


def _not_asked(campaign: Campaign) -> Iterator[Conclusion]:
    """What a run that was cut short did not come to judge."""
    judged = {one.asked for one in campaign.conclusions}
    for asked in campaign.purposes if campaign.aborted else ():
        if asked not in judged:
            why = campaign.why_not_concerned(asked)
            verdict = Verdict.NOT_APPLICABLE if why else Verdict.INCONCLUSIVE
            yield Conclusion(asked, verdict, why or "not judged: the run was cut short", Trail())


def _compatibility(requirements: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What is shown of the meters that exist, beside what the text asks; nothing where none of it was asked."""
    verdict = joined(Verdict(one["verdict"]) for one in requirements if one.get("compatibility"))
    return {} if verdict is Verdict.NOT_APPLICABLE else {"compatibility": verdict.value}


def _requirements(campaign: Campaign, conclusions: Sequence[Conclusion], shortest: Shortest) -> list[dict[str, Any]]:
    skipped = campaign.skipped
    groups: dict[Requirement, list[Conclusion]] = {}
    for conclusion in conclusions:
        groups.setdefault(conclusion.purpose.requirement, []).append(conclusion)
    ordered = sorted(groups.items(), key=lambda item: (not _names_a_cause(item[1]), in_order(item[0].id)))
    return [
        {
            "id": requirement.id,
            "title": requirement.text,
            "clause": requirement.clause,
            **({"why": requirement.why} if requirement.why else {}),
            "level": requirement.level.value,
            **({"compatibility": True} if requirement.compatibility else {}),
            **({"waived": waived} if (waived := waiver_of(campaign.board, requirement.id)) is not None else {}),
            "verdict": joined(one.verdict for one in group).value,
            "purposes": [{**purpose_document(one), **_besides(one, campaign, skipped, shortest)} for one in group],
        }
        for requirement, group in ordered
    ]


def _names_a_cause(conclusions: Iterable[Conclusion]) -> bool:
    """Whether a fail among them is what other fails mostly come from: it stands before all the others."""
    return any(one.purpose.names_causes and one.verdict is Verdict.FAIL for one in conclusions)


def in_order(id_: str) -> list[str | int]:
    """A key to sort ids of requirements by: TIC-LNK-10 comes behind TIC-LNK-9."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", id_)]


def _besides(
    conclusion: Conclusion, campaign: Campaign, skipped: Container[Asked], shortest: Shortest
) -> dict[str, Any]:
    """What the report says of a purpose besides its verdict: that it was left out, which earlier part settled it, how a
    fail is seen again."""
    part = campaign.part_of(conclusion.asked)
    if conclusion.asked in skipped:
        return {"skipped": True}
    again: dict[str, Any] = {}
    if conclusion.verdict is Verdict.FAIL:
        again["again"] = command_again(campaign, conclusion)
        key = conclusion.purpose.id, conclusion.mode.value, conclusion.asked.probe
        if (short := shortest.get(key)) is not None:
            again["shortest"] = {**short, "again": replay_again(campaign, str(short["file"]))}
    return again if part is None else {**again, "part": part + 1}


def _records(campaign: Campaign) -> Iterable[Record]:
    """Of all parts of a run."""
    return [*(() if campaign.earlier is None else campaign.earlier.records), *campaign.records.values()]


def purpose_document(conclusion: Conclusion) -> dict[str, Any]:
    """What a purpose came to, as ``report.json`` has it."""
    trail = conclusion.trail
    return {
        "id": conclusion.purpose.id,
        "mode": conclusion.mode.value,
        "probe": conclusion.asked.probe,
        "verdict": conclusion.verdict.value,
        "reason": conclusion.reason,
        "sent": trail.sent,
        "expected": trail.expected,
        "seen": trail.seen,
        "at_s": round(trail.at_s, 6),
        **({"measured": [_measured(one) for one in trail.measured]} if trail.measured else {}),
    }


def _not_claimed(board: Board, statement: Path | None) -> list[str]:
    """What the statement leaves out, which therefore was not tested; of a board alone nobody expects both modes."""
    left = [] if statement is None else [f"{mode} mode" for mode in Mode if mode not in board.modes]
    left += [f"meters of {one} phase{'s' if one > 1 else ''}" for one in (1, 3) if one not in board.phases]
    left += [] if board.producer else ["meters of producers"]
    return [f"not claimed by the statement, and not tested: {one}" for one in left]


def _measured(one: Measure) -> dict[str, Any]:
    value, bound = round(one.value, 6), "at least" if one.at_least else "at most"
    return {"what": one.what, "value": value, "limit": round(one.limit, 6), "unit": one.unit, "bound": bound}


def _resumed(campaign: Campaign, earlier: Earlier) -> Iterator[str]:
    stand = sum(campaign.part_of(one) is not None for one in campaign.purposes)
    cuts = [f"{mode} at {at_s:g} s" for part in earlier.told for mode, at_s in part["cut_at_s"].items()]
    told = f"was cut in {', '.join(cuts)}" if cuts else "was cut between modes"
    yield f"resumed: the run {told}; {counted(stand, 'purpose')} were settled by then, the others were asked anew"
    if not names_its_program(campaign.options.device):
        yield "resumed: nothing proves that the board has the same program as before"


def _quick(mode: Mode, choice: QuickChoice) -> str:
    if not choice.steps:
        idle = f"clean frames at both ends take {choice.idle_s:.0f} s, of {QUICK_S:g} s; no step has room"
        return f"partial: {mode}: --quick skipped all {len(choice.skipped)} purposes: {idle}"
    played = counted(len(choice.steps), "step")
    return f"partial: {mode}: --quick played {played} and skipped {counted(len(choice.skipped), 'purpose')}"


def _remarks(campaign: Campaign) -> list[str]:
    """What a reader should know besides: keys that are no labels, lines that are no readings, overruns."""
    remarks = [*campaign.firmware.disagreements, *_not_claimed(campaign.board, campaign.options.statement)]
    remarks += bounds_remarks(campaign.board, campaign.claims)
    remarks += [] if campaign.lost is None else [campaign.hidden.text(f"the bench was lost: {campaign.lost}")]
    if campaign.instruments is not None:
        told = "; ".join([campaign.instruments.state.value, *campaign.instruments.complaints])
        remarks += [
            f"bench: {told}",
            *(f"bench before: {one}; all was made safe first" for one in campaign.instruments.before),
        ]
    if campaign.anonymised:
        remarks.append(_ANONYMISED)
    if campaign.options.only:
        remarks.append(f"partial: only {', '.join(campaign.options.only)} was judged")
    if (profile := campaign.options.of_profile) is not None:
        remarks.append(f"partial: profile {campaign.options.profile}: only {profile.title} were played and judged")
    remarks += [] if campaign.earlier is None else _resumed(campaign, campaign.earlier)
    remarks += [_quick(mode, choice) for mode, choice in campaign.quick.items()]
    if campaign.ignored_keys:
        remarks.append(f"keys that are no labels, ignored: {', '.join(campaign.ignored_keys)}")
    remarks.extend(dict.fromkeys(note for record in _records(campaign) for note in record.notes))
    for record in _records(campaign):
        mode = record.mode
        for probe in dict.fromkeys(one.probe for one in record.remarks):
            said = [one for one in record.remarks if one.probe == probe]
            what = f"messages at {probe} said no label" if probe else "lines were no JSON object"
            remarks.append(f"{mode}: {len(said)} {what}; at {said[0].at_s:.2f} s: {said[0].text[:120]}")
        if record.dropped:
            remarks.append(f"{mode}: {record.dropped} lines came in a flood and were not read")
        if record.overruns:
            remarks.append(f"{mode}: {record.overruns} characters found the receive buffer full and were lost")
        if record.late:
            worst = max(late.late_s for late in record.late)
            one = f"{mode}: the bench came too late once, by {worst:.2f} s at worst"
            several = f"{mode}: the bench came too late {len(record.late)} times, by {worst:.2f} s at worst"
            remarks.append(one if len(record.late) == 1 else several)
    return remarks
