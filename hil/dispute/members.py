# SPDX-License-Identifier: Apache-2.0
"""What a pack holds beside its record: made of the dispute and the record alone, so that anybody can make it again."""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any, Final

from xky.emulator import SentFrame

from ..campaign.oracle.view import printable
from ..campaign.record import Record
from ..campaign.requirement import Purpose, Requirement
from ..campaign.wording import Wording
from .contested_purpose import Contested

__all__ = ["DISPUTE", "DISPUTE_SCHEMA", "RECORD", "dispute_document", "members_of", "rule_document"]

DISPUTE_SCHEMA: Final = "xky-dispute/1"
DISPUTE, RECORD = "dispute.json", "record"
_NAMED = (  # a file of a pack, and what it holds
    (
        "line.txt",
        "each frame that is judged: when it began, its step, its characters, and what was done to them",
    ),
    ("line.bin", "the same bytes"),
    ("readings.txt", "what the device said meanwhile"),
    ("dispute.json", "verdict and rule, what was sent, expected and seen, as the report has it"),
    ("manifest.json", "the hash of each of these files; manifest.sig is its signature, if somebody signed"),
)
_PERSONAL = "It holds what the meter said: address, delivery point and indexes are personal data of whose meter it is."
_ANONYMISED = (
    "Anonymised: address, delivery point, indexes and load curves are pseudonyms; all free texts are left out."
)


def dispute_document(
    contested: Contested,
    purpose: Purpose,
    probe: str,
    *,
    record: str,
    file: str,
    signer: str | None,
    lang: str = "en",
) -> dict[str, Any]:
    """``dispute.json`` as data.

    Args:
        contested: of a report.
        purpose: of the suite, the same.
        probe: whose readings were judged.
        record: what of the run's record the pack holds, for people.
        file: the name that the pack was given.
        signer: public key of who signs it, hexadecimal; None: nobody.
        lang: of its README.txt.
    """
    report = contested.report
    return {
        "schema": DISPUTE_SCHEMA,
        "suite": report.get("suite"),
        "device": report.get("device"),
        "board": report.get("board"),
        "seed": report.get("seed"),
        "requirement": rule_document(purpose.requirement),
        "purpose": {**contested.purpose, "probe": probe},
        "record": record,
        "file": file,
        "lang": lang,
        "packed_by": f"xky-hil {version('xky-hil')}",
        "anonymised": report.get("anonymised") is True,
        "signer": signer,
    }


def rule_document(rule: Requirement) -> dict[str, Any]:
    """A requirement, as a pack tells it."""
    return {
        "id": rule.id, "text": rule.text, "text_french": rule.french, "level": rule.level.value,
        "clause": rule.clause, "why": rule.why, "why_french": rule.why_french,
    }  # fmt: skip


def members_of(dispute: Mapping[str, Any], purpose: Purpose, part: Record, probe: str) -> dict[str, bytes]:
    """The files of a pack but its record and its seals, by their names.

    Args:
        dispute: of ``dispute_document``.
        purpose: that is disputed.
        part: of the run's record.
        probe: whose readings were judged.
    """
    steps = {name for one in purpose.stimuli for name in (one.name, one.tail)}
    frames = [frame for frame in part.truth if frame.step in steps] or list(part.truth)
    said = (f"{one.at_s:.3f} s  {one.probe or probe}  {_shown(one.said)}\n" for one in part.readings)
    return {
        "README.txt": _readme(dispute, purpose.requirement).encode(),
        DISPUTE: (json.dumps(dispute, indent=1, ensure_ascii=False) + "\n").encode(),
        "line.bin": b"".join(frame.data for frame in frames),
        "line.txt": "".join(map(_lines_of, frames)).encode(),
        "readings.txt": "".join(said).encode(),
    }


def _readme(dispute: Mapping[str, Any], rule: Requirement) -> str:
    return "".join(f"{line}\n" for line in _readme_lines(dispute, rule, Wording(dispute["lang"], checks=True)))


def _readme_lines(dispute: Mapping[str, Any], rule: Requirement, words: Wording) -> Iterator[str]:
    told, name = dispute["purpose"], dispute["file"]
    of = {"purpose": told["id"], "tic_mode": told["mode"], "verdict": told["verdict"]}
    yield words.fill("{purpose}, {tic_mode} mode: {verdict}", **of)
    if told.get("contested"):
        yield words.fill("Contested by the supplier: {why}", why=told["contested"])
    yield ""
    level, clause = words.say(rule.level.value), words.clause(rule.clause)
    yield words.fill("What must hold ({level}, {place}):", level=level, place=clause)
    yield f"  {words.say(rule.text)}"
    yield words.say("What was concluded:")
    yield f"  {words.say(told['reason'] or 'the device did what is asked')}"
    yield ""
    for file, what in _NAMED:
        yield f"{file:<14}{words.say(what)}"
    yield words.fill("record/       what the verdict is computed from: {what}", what=dispute["record"])
    yield ""
    yield words.fill("To judge it again, with the device absent: {command}", command=f"xky dispute --judge {name}")
    yield words.fill("To see whether it is whole, and who signed: {command}", command=f"xky verify --replay {name}")
    yield words.fill("It was judged by {suite}; another version may know better, and says so.", suite=dispute["suite"])
    yield ""
    yield words.say(_ANONYMISED if dispute["anonymised"] else _PERSONAL)


def _lines_of(frame: SentFrame) -> str:
    """A frame for people: a line for it, and one for each of its pieces."""
    told = f"{frame.start_s:.3f} s  {frame.step}{'' if frame.complete else ', cut'}\n"
    for piece in frame.pieces:
        fault = f"    <- {piece.fault.replace('_', ' ')}" if piece.fault else ""
        told += f"    {printable(piece.data)}{fault}\n"
    return told


def _shown(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{label} = {printable(str(one.value).encode())}" for label, one in said.items())
