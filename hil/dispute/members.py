# SPDX-License-Identifier: Apache-2.0
"""What a pack holds beside its record: made of the dispute and the record alone, so that anybody can make it again."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from xky.emulator import SentFrame

from ..campaign.oracle.view import printable
from ..campaign.record import Record
from ..campaign.requirement import Purpose, Requirement
from .contested_purpose import Contested

__all__ = ["DISPUTE", "DISPUTE_SCHEMA", "RECORD", "dispute_document", "members_of", "rule_document"]

DISPUTE_SCHEMA: Final = "xky-dispute/1"
DISPUTE, RECORD = "dispute.json", "record"
_README = """{id}, {mode} mode: {verdict}{contested}

What must hold ({level}, {clause}):
  {text}
What was concluded:
  {reason}

line.txt      each frame that is judged: when it began on the bench's clock, its step, its characters; behind a group,
              what was done to it on purpose
line.bin      the same bytes
readings.txt  what the device said meanwhile
dispute.json  verdict, rule, and what was sent, expected and seen, as the report has it
record/       what the verdict is computed from: {what}
manifest.json the hash of each of these files; manifest.sig its signature, if somebody signed

To judge it again, with the device absent:  xky dispute --judge {name}
To see whether it is whole, and who signed: xky verify --replay {name}
(version {version} of the suite judged it; another one may know better, and says so)

{personal}
"""
_PERSONAL = """It holds what the meter said: address, delivery point and indexes are personal data of whoever the meter
belongs to."""
_ANONYMISED = """Anonymised: address, delivery point, indexes and load curves are pseudonyms; the device's own words,
the arguments of commands and what was said to the verdict are left out."""


def dispute_document(
    contested: Contested, purpose: Purpose, probe: str, *, record: str, file: str, signer: str | None
) -> dict[str, Any]:
    """``dispute.json`` as data.

    Args:
        contested: of a report.
        purpose: of the suite, the same.
        probe: whose readings were judged.
        record: what of the run's record the pack holds, for people.
        file: the name that the pack was given.
        signer: public key of who signs it, hexadecimal; None: nobody.
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
    told = dispute["purpose"]
    mark = f"\nContested by the supplier: {told['contested']}" if told.get("contested") else ""
    return _README.format(
        id=told["id"], mode=told["mode"], verdict=told["verdict"], contested=mark, level=rule.level, clause=rule.clause,
        text=rule.text, reason=told["reason"] or "the device did what is asked", what=dispute["record"],
        name=dispute["file"], version=str(dispute["suite"]).removeprefix("xky-hil "),
        personal=_ANONYMISED if dispute["anonymised"] else _PERSONAL,
    )  # fmt: skip


def _lines_of(frame: SentFrame) -> str:
    """A frame for people: a line for it, and one for each of its pieces."""
    told = f"{frame.start_s:.3f} s  {frame.step}{'' if frame.complete else ', cut'}\n"
    for piece in frame.pieces:
        fault = f"    <- {piece.fault.replace('_', ' ')}" if piece.fault else ""
        told += f"    {printable(piece.data)}{fault}\n"
    return told


def _shown(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{label} = {printable(str(one.value).encode())}" for label, one in said.items())
