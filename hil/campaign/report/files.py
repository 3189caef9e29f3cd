# SPDX-License-Identifier: Apache-2.0
"""The report on disk: each file appears whole or not at all."""

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from xky.emulator import Piece
from xky.protocol import InputError

from ..campaign import Campaign
from ..power_trials import PowerRecord
from ..record import Record

__all__ = ["prepare_folder", "whole", "write_report"]


def prepare_folder(folder: Path) -> None:
    """Make the folder now, so that a run does not end without a place for its report; an earlier report goes.

    Raises:
        InputError: it cannot be made, or not be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
        for name in ("report.json", "index.html", "junit.xml"):  # of a run before: it is not that of this device
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"--out {folder}: cannot be written ({error.strerror}); give another folder") from None


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name to write to; it becomes ``path`` only when all went well."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_report(folder: Path, report: dict[str, Any], campaign: Campaign) -> None:
    """``report.json``, ``index.html`` and ``evidence/MODE/`` (``junit.xml`` is pytest's)."""
    with whole(folder / "report.json") as path:
        path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    with whole(folder / "index.html") as path:
        path.write_text(_page(report), encoding="utf-8")
    for mode, record in campaign.records.items():
        _write_evidence(folder / "evidence" / mode.value, record)


def _page(report: dict[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("xky.hil.campaign.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("page.html").render(report=report)


def _write_evidence(folder: Path, record: Record) -> None:
    """What was sent (bytes in hexadecimal, seconds on the bench's clock), said, asked of the port, complained of."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / "sent.jsonl.gz", _sent(record))
    _write_lines(folder / "readings.jsonl.gz", _said(record))
    _write_lines(folder / "port.jsonl.gz", (asdict(settings) for settings in record.port_settings))
    if record.power is not None and record.power.played:
        _write_lines(folder / "power.jsonl.gz", _power(record.power.record))
    with whole(folder / "stderr.txt") as path:
        path.write_bytes(record.stderr)


def _write_lines(path: Path, lines: Iterator[dict[str, Any]]) -> None:
    with whole(path) as partial, gzip.open(partial, "wt", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _sent(record: Record) -> Iterator[dict[str, Any]]:
    for frame in record.truth:
        yield {
            "at_s": round(frame.start_s, 6),
            "character_s": frame.character_s,
            "step": frame.step,
            "complete": frame.complete,
            "pieces": [_piece(piece) for piece in frame.pieces],
        }


def _power(record: PowerRecord) -> Iterator[dict[str, Any]]:
    """Each trial with its readings, events and stretches: supply and load with the inner voltage at both ends."""
    for name, trial in (("cold", record.cold), ("first charge", record.first_charge), ("stiff", record.stiff)):
        if trial is None:
            continue
        yield {"trial": name, "supply": asdict(trial.supply), "readings_s": list(trial.readings_s)}
        for moment in trial.moments:
            yield {"trial": name, **asdict(moment)}
        for one in trial.stretches:
            yield {
                "trial": name, "at_s": one.at_s, "duration_s": one.duration_s, "load": one.state.name,
                "before_v": one.before_v, "after_v": one.after_v,
            }  # fmt: skip
    for cut in record.cuts:
        yield {"trial": "cut-outs", **asdict(cut)}


def _piece(piece: Piece) -> dict[str, Any]:
    """Its bytes and what is expected; spoilt characters, silences (seconds) and rate where they are not plain."""
    told: dict[str, Any] = {"data": piece.data.hex(), "expect": piece.expect.value, "fault": piece.fault}
    if not piece.is_plain:
        told["defects"] = {at: defect.name.lower() for at, defect in piece.defects}
        told["silences_s"] = piece.silences_s
        told["stretch"] = piece.stretch
    return told


def _said(record: Record) -> Iterator[dict[str, Any]]:
    for reading in record.readings:
        said = {label: {"value": one.value, "timestamp": one.timestamp} for label, one in reading.said.items()}
        yield {"at_s": round(reading.at_s, 6), "said": said}
    for remark in record.remarks:
        yield {"at_s": round(remark.at_s, 6), "line": remark.text}
