# SPDX-License-Identifier: Apache-2.0
"""Runs the suite on a campaign and brings the report out."""

from pathlib import Path
from typing import Any

from .campaign import Campaign
from .report import document, prepare_folder, whole, write_report
from .suite import run_suite

__all__ = ["certify"]


def certify(campaign: Campaign, folder: Path, *, strict: bool = False) -> dict[str, Any]:
    """Run the whole suite on a campaign and write its report.

    Args:
        campaign: checked, not run yet.
        folder: for ``report.json``, ``index.html``, ``junit.xml`` and ``evidence/``.
        strict: a should that fails makes the run fail.

    Returns:
        The report.

    Raises:
        InputError: ``folder`` cannot be written, a command is not found.
        BenchError: the device does not start, or pytest itself failed.
    """
    prepare_folder(folder)
    with whole(folder / "junit.xml") as junit:
        run_suite(campaign, junit)
        report = document(campaign, strict=strict)
        write_report(folder, report, campaign)
    return report
