# SPDX-License-Identifier: Apache-2.0
"""The report on disk: each file appears whole or not at all."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from xky.protocol import InputError

from ..campaign import Campaign
from ..evidence import forget_evidence, whole, write_record

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
        forget_evidence(folder / "evidence")
    except OSError as error:
        raise InputError(f"--out {folder}: cannot be written ({error.strerror}); give another folder") from None


def write_report(folder: Path, report: dict[str, Any], campaign: Campaign) -> None:
    """``report.json``, ``index.html`` and ``evidence/MODE/`` (``junit.xml`` is pytest's)."""
    with whole(folder / "report.json") as path:
        path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    with whole(folder / "index.html") as path:
        path.write_text(_page(report), encoding="utf-8")
    for mode, record in campaign.records.items():
        write_record(folder / "evidence" / mode.value, record)


def _page(report: dict[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("xky.hil.campaign.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("page.html").render(report=report)
