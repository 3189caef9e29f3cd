# SPDX-License-Identifier: Apache-2.0
"""The report as data: ``report.json``, schema ``xky-report/1`` (its JSON Schema stands beside this file)."""

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from ..campaign import Campaign
from ..judgement import Conclusion
from ..oracle import Trail
from ..requirement import Requirement
from ..verdict import Level, Verdict, joined

__all__ = ["REPORT_SCHEMA", "SPECIFICATION", "document", "in_order", "purpose_document", "run_verdict"]

REPORT_SCHEMA = "xky-report/1"
SPECIFICATION = "Enedis-NOI-CPT_54E v3 (2018-06-01); ERDF-NOI-CPT_02E v4 (2010-07-01)"


def run_verdict(requirements: Sequence[dict[str, Any]], *, strict: bool) -> Verdict:
    """The run's verdict: that of its musts; of its shoulds too with ``strict``; inconclusive where nothing applies."""
    counted = [Verdict(one["verdict"]) for one in requirements if strict or one["level"] == Level.MUST.value]
    verdict = joined(counted)
    return Verdict.INCONCLUSIVE if verdict is Verdict.NOT_APPLICABLE else verdict


def document(campaign: Campaign, *, strict: bool = False, signer: str | None = None) -> dict[str, Any]:
    """The whole report of a campaign that has been judged.

    Args:
        campaign: judged.
        strict: a should that fails makes the run fail.
        signer: public key of who signs it, hexadecimal; None: nobody.
    """
    options = campaign.options
    requirements = _requirements([*campaign.conclusions, *_not_asked(campaign)])
    verdict = run_verdict(requirements, strict=strict or bool(options.only))  # what was asked for counts
    if campaign.aborted and verdict is Verdict.PASS:
        verdict = Verdict.INCONCLUSIVE
    applicable = [one for one in requirements if Verdict(one["verdict"]) is not Verdict.NOT_APPLICABLE]
    return {
        "schema": REPORT_SCHEMA,
        "verdict": verdict.value,
        **({"partial": True} if options.only else {}),
        **({"aborted": True} if campaign.aborted else {}),
        "decided": sum(Verdict(one["verdict"]).decided for one in applicable),
        "total": len(applicable),
        "device": options.device,
        "board": campaign.board.id,
        "mode": campaign.mode_name,
        "probes": list(campaign.probes),
        "statement": {
            "title": campaign.board.title,
            "modes": [mode.value for mode in campaign.board.modes],
            "labels": _claimed(campaign),
            "defect": options.defect,
        },
        "specification": SPECIFICATION,
        "suite": f"xky-hil {version('xky-hil')}",
        "seed": options.seed,
        "started": campaign.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "duration_s": round(sum(record.duration_s for record in campaign.records.values()), 3),
        "signed": signer is not None,
        "signer": signer,
        **_bench(campaign),
        "remarks": _remarks(campaign),
        "requirements": requirements,
    }


def _bench(campaign: Campaign) -> dict[str, Any]:
    """What stood on the bench, and how it was left; nothing where there was no bench file."""
    held, file = campaign.instruments, campaign.bench_file
    if held is None or file is None:
        return {}
    return {
        "bench": {
            "file": file.name,
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
            yield Conclusion(asked, Verdict.INCONCLUSIVE, "not judged: the run was cut short", Trail())


def _requirements(conclusions: Sequence[Conclusion]) -> list[dict[str, Any]]:
    groups: dict[Requirement, list[Conclusion]] = {}
    for conclusion in conclusions:
        groups.setdefault(conclusion.purpose.requirement, []).append(conclusion)
    return [
        {
            "id": requirement.id,
            "title": requirement.text,
            "clause": requirement.clause,
            "level": requirement.level.value,
            "verdict": joined(one.verdict for one in group).value,
            "purposes": [purpose_document(one) for one in group],
        }
        for requirement, group in sorted(groups.items(), key=lambda item: in_order(item[0].id))
    ]


def in_order(id_: str) -> list[str | int]:
    """A key to sort ids of requirements by: TIC-LNK-10 comes behind TIC-LNK-9."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", id_)]


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
    }


def _remarks(campaign: Campaign) -> list[str]:
    """What a reader should know besides: keys that are no labels, lines that are no readings, overruns."""
    remarks = [] if campaign.lost is None else [f"the bench was lost: {campaign.lost}"]
    if campaign.instruments is not None:
        told = "; ".join([campaign.instruments.state.value, *campaign.instruments.complaints])
        remarks += [
            f"bench: {told}",
            *(f"bench before: {one}; all was made safe first" for one in campaign.instruments.before),
        ]
    if campaign.options.only:
        remarks.append(f"partial: only {', '.join(campaign.options.only)} was judged")
    if campaign.ignored_keys:
        remarks.append(f"keys that are no labels, ignored: {', '.join(campaign.ignored_keys)}")
    remarks.extend(dict.fromkeys(note for record in campaign.records.values() for note in record.notes))
    for mode, record in campaign.records.items():
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
            remarks.append(f"{mode}: the bench came too late {len(record.late)} times, by {worst:.2f} s at worst")
    return remarks
