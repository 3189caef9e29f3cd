# SPDX-License-Identifier: Apache-2.0
"""The report on disk: for programs, for people, and the evidence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xky.protocol import BenchError

from ..campaign import Campaign
from ..evidence import write_record
from ..judgement import Asked as Question
from ..printed_page import print_page
from ..record import Record
from ..verdict import Verdict
from ..wording import wording
from .moment import Moment, moment_of
from .page import Asked, page
from .sarif import sarif
from .statement import statement

__all__ = ["record_behind", "write_report"]


def write_report(folder: Path, report: dict[str, Any], campaign: Campaign) -> None:
    """The files of a report and ``evidence/MODE/``, into a fresh folder; ``junit.xml`` is pytest's."""
    written = _json(report)
    (folder / "report.json").write_bytes(written)
    (folder / "report.sarif").write_bytes(_json(sarif(report)))
    (folder / "statement.intoto.json").write_bytes(_json(statement(report, written)))
    text = page(report, wording(campaign.options.lang), dict(_moments(campaign)))
    (folder / "index.html").write_text(text, encoding="utf-8")
    if campaign.options.pdf:
        _print(folder, campaign)
    kept = campaign.journal.kept if campaign.journal is not None else ()
    for mode, record in campaign.records.items():
        if mode not in kept:
            write_record(folder / "evidence" / mode.value, record)


def _print(folder: Path, campaign: Campaign) -> None:
    """What keeps a page from being printed costs its report nothing else."""
    try:
        print_page(folder / "index.html", folder / "report.pdf")
    except BenchError as error:
        campaign.lost = campaign.lost or error


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _moments(campaign: Campaign) -> Iterator[tuple[Asked, Moment]]:
    """The pictures of what failed, but of power: its trials have no line."""
    for one in campaign.conclusions:
        if one.verdict is Verdict.FAIL and not one.purpose.requirement.beside_the_plan:
            moment = moment_of(record_behind(campaign, one.asked).seen_by(one.asked.probe), one.trail)
            if moment is not None:
                yield (one.purpose.id, one.mode.value, one.asked.probe), moment


def record_behind(campaign: Campaign, asked: Question) -> Record:
    """The record by which something was judged: of an earlier part, where that settled it."""
    part = campaign.part_of(asked)
    if part is None or campaign.earlier is None:
        return campaign.records[asked.mode]
    return campaign.earlier.parts[part].records[asked.mode]
