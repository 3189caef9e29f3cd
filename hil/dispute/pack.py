# SPDX-License-Identifier: Apache-2.0
"""A contested purpose as one file: what was sent, what was said, the rule, the verdict, and how to judge it again."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xky.protocol import InputError, Mode
from xky.protocol.whole_file import whole_file

from ..campaign.evidence import BEFORE, read_record, write_record
from ..campaign.oracle.view import printable
from ..campaign.record import Record
from ..campaign.requirement import Purpose
from ..campaign.verdict import Verdict
from .judge_one import purpose_named
from .slices import slice_of

__all__ = ["DISPUTE", "RECORD", "SCHEMA", "SUFFIX", "Contested", "contested_in", "write_pack"]

SCHEMA = "xky-dispute/1"
SUFFIX = ".dispute.zip"
DISPUTE, RECORD = "dispute.json", "record"
_WORST_FIRST = ("fail", "inconclusive", "pass", "not applicable")
_DATE = (1980, 1, 1, 0, 0, 0)  # of every member: the same pack is the same bytes
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

To judge it again, with the device absent:  xky dispute --judge {name}
(version {version} of the suite judged it; another one may know better, and says so)

It holds what the meter said: address, delivery point and indexes are personal data of whoever the meter belongs to.
"""


@dataclass(frozen=True, slots=True)
class Contested:
    """A purpose of a report.

    Attributes:
        report: as ``report.json`` has it.
        requirement: likewise, that of the purpose.
        purpose: likewise.
        record: the folder of what was recorded of its mode.
    """

    report: Mapping[str, Any]
    requirement: Mapping[str, Any]
    purpose: Mapping[str, Any]
    record: Path


def contested_in(report: Path, id_: str, mode: Mode | None = None, probe: str | None = None) -> Contested:
    """A purpose of a report's folder.

    Args:
        report: the folder, or its ``report.json``.
        id_: of the purpose, such as ``TIC-CHK-1/wrong-checksum``.
        mode: None takes the one in which it was judged, or of two the worse.
        probe: None takes the only one, or of several the worse.

    Raises:
        InputError: there is no report, or no such purpose in it.
    """
    folder = report if report.is_dir() else report.parent
    file = folder / "report.json" if report.is_dir() else report
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        purposes = [(one, purpose) for one in told["requirements"] for purpose in one["purposes"]]
        found = [(one, purpose) for one, purpose in purposes if purpose["id"].lower() == id_.lower()]
        ids = [purpose["id"] for _, purpose in purposes]
        are_ours = all(
            purpose["verdict"] in _WORST_FIRST and purpose["mode"] in set(Mode) and isinstance(purpose["reason"], str)
            for _, purpose in found
        )
    except OSError as error:
        raise InputError(
            f"{file}: cannot be read ({error.strerror}); give the folder of a report by --report"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f"{file}: is no report of certify; give the folder of one by --report") from None
    if not are_ours:
        raise InputError(f"{file}: is no report of certify; give the folder of one by --report")
    if not found:
        same = [one for one in dict.fromkeys(ids) if one.lower().startswith(id_.lower())]
        known = f"known: {', '.join(same)}" if same else "xky requirements lists them"
        raise InputError(f"{id_!r}: no such purpose in {file}; {known}")
    asked = [
        (one, purpose) for one, purpose in found
        if mode in (None, purpose["mode"]) and probe in (None, purpose.get("probe"))
    ]  # fmt: skip
    if not asked:
        has = ", ".join(dict.fromkeys(f"{purpose['mode']} at {purpose.get('probe')}" for _, purpose in found))
        raise InputError(f"{id_}: was not judged so; the report has {has}")
    requirement, purpose = min(asked, key=lambda one: _WORST_FIRST.index(one[1]["verdict"]))
    part = purpose.get("part")  # of a run that was interrupted and resumed
    evidence = folder / "evidence" / (f"{BEFORE}{part}" if part else "")
    return Contested(told, requirement, purpose, evidence / purpose["mode"])


def write_pack(contested: Contested, path: Path) -> str:
    """Write a pack; what of the record it holds, for people.

    Args:
        contested: of a report.
        path: of the file.

    Raises:
        InputError: the evidence is not there, cannot be read, or the file cannot be written.
    """
    told = contested.purpose
    purpose, record = purpose_named(told["id"]), read_record(contested.record)
    probe = told.get("probe", record.probes[0].spec)
    part, what = slice_of(purpose, record, probe, Verdict(told["verdict"]), told["reason"])
    members = _members(contested, purpose, part, probe, what, path.name)
    try:
        with whole_file(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as pack:
            for name, data in sorted(members.items()):
                info = zipfile.ZipInfo(name, _DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o100644 << 16
                pack.writestr(info, data)
    except OSError as error:
        raise InputError(f"--out {path}: cannot be written ({error.strerror}); give another file") from None
    return what


def _members(
    contested: Contested, purpose: Purpose, part: Record, probe: str, what: str, name: str
) -> Mapping[str, bytes]:
    told, rule = contested.purpose, purpose.requirement
    mark = f"\nContested by the supplier: {told['contested']}" if told.get("contested") else ""
    readme = _README.format(
        id=told["id"], mode=told["mode"], verdict=told["verdict"], contested=mark, level=rule.level, clause=rule.clause,
        text=rule.text, reason=told["reason"] or "the device did what is asked", what=what, name=name,
        version=version("xky-hil"),
    )  # fmt: skip
    dispute = {
        "schema": SCHEMA,
        "suite": contested.report.get("suite"),
        "device": contested.report.get("device"),
        "board": contested.report.get("board"),
        "seed": contested.report.get("seed"),
        "requirement": {
            "id": rule.id, "text": rule.text, "text_french": rule.french, "level": rule.level.value,
            "clause": rule.clause, "why": rule.why, "why_french": rule.why_french,
        },
        "purpose": {**told, "probe": probe},
        "record": what,
    }  # fmt: skip
    judged = [
        frame for frame in part.truth if frame.step in {s for one in purpose.stimuli for s in (one.name, one.tail)}
    ]
    frames = judged or list(part.truth)
    with TemporaryDirectory() as folder:
        write_record(Path(folder), part)
        kept = {f"{RECORD}/{file.name}": file.read_bytes() for file in Path(folder).iterdir()}
    said = (f"{one.at_s:.3f} s  {one.probe or probe}  {_shown(one.said)}\n" for one in part.readings)
    return {
        "README.txt": readme.encode(),
        DISPUTE: (json.dumps(dispute, indent=1, ensure_ascii=False) + "\n").encode(),
        "line.bin": b"".join(frame.data for frame in frames),
        "line.txt": "".join(_lines_of(frame) for frame in frames).encode(),
        "readings.txt": "".join(said).encode(),
        **kept,
    }


def _lines_of(frame: Any) -> str:
    """A frame for people: a line for it, and one for each of its pieces."""
    told = f"{frame.start_s:.3f} s  {frame.step}{'' if frame.complete else ', cut'}\n"
    for piece in frame.pieces:
        fault = f"    <- {piece.fault.replace('_', ' ')}" if piece.fault else ""
        told += f"    {printable(piece.data)}{fault}\n"
    return told


def _shown(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{label} = {printable(str(one.value).encode())}" for label, one in said.items())
