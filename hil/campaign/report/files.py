# SPDX-License-Identifier: Apache-2.0
"""The report on disk: for programs, for people, and the evidence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..campaign import Campaign
from ..evidence import write_record
from ..verdict import Verdict
from ..wording import wording
from .moment import Moment, moment_of
from .page import Asked, page

__all__ = ["write_report"]


def write_report(folder: Path, report: dict[str, Any], campaign: Campaign) -> None:
    """``report.json``, ``index.html`` and ``evidence/MODE/`` (``junit.xml`` is pytest's), into a fresh folder."""
    (folder / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = page(report, wording(campaign.options.lang), dict(_moments(campaign)))
    (folder / "index.html").write_text(text, encoding="utf-8")
    kept = campaign.journal.kept if campaign.journal is not None else ()
    for mode, record in campaign.records.items():
        if mode not in kept:
            write_record(folder / "evidence" / mode.value, record)


def _moments(campaign: Campaign) -> Iterator[tuple[Asked, Moment]]:
    """The pictures of what failed, but of power: its trials have no line."""
    for one in campaign.conclusions:
        if one.verdict is Verdict.FAIL and not one.purpose.requirement.about_power:
            moment = moment_of(campaign.records[one.mode].seen_by(one.asked.probe), one.trail)
            if moment is not None:
                yield (one.purpose.id, one.mode.value, one.asked.probe), moment
