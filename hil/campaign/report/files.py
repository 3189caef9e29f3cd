# SPDX-License-Identifier: Apache-2.0
"""The report on disk: for programs, for people, and the evidence."""

import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..campaign import Campaign
from ..evidence import write_record
from ..verdict_page import ranked

__all__ = ["visible_blanks", "write_report"]

# As the oracle writes a group: when it began, its characters, the fault that befell it
_GROUP = re.compile(r"(?P<when>\d+\.\d\d s: )(?!frames without )(?P<group>.*?)(?P<fault> \([a-z ]+\))?")


def write_report(folder: Path, report: dict[str, Any], campaign: Campaign) -> None:
    """``report.json``, ``index.html`` and ``evidence/MODE/`` (``junit.xml`` is pytest's), into a fresh folder."""
    (folder / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "index.html").write_text(_page(report), encoding="utf-8")
    kept = campaign.journal.kept if campaign.journal is not None else ()
    for mode, record in campaign.records.items():
        if mode not in kept:
            write_record(folder / "evidence" / mode.value, record)


def _page(report: dict[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("xky.hil.campaign.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["visible"] = visible_blanks
    return environment.get_template("page.html").render(report=report, requirements=ranked(report["requirements"]))


def visible_blanks(line: str) -> str:
    """A line of what was sent, each blank of its group as ␠: in a TIC a blank separates, pads, and is a checksum."""
    told = _GROUP.fullmatch(line)
    return line if told is None else told["when"] + told["group"].replace(" ", "␠") + (told["fault"] or "")
