# SPDX-License-Identifier: Apache-2.0
"""What a headline says of a run besides its verdict: each is something that a reader must not miss."""

from collections import Counter
from typing import Any

__all__ = ["headline_notes"]

_NOT_PLAYED = "not played:"


def headline_notes(report: dict[str, Any]) -> list[str]:
    """Notes of a few words, the gravest first.

    Args:
        report: as ``report.json`` has it.
    """
    notes = [
        f"{why}: {number} purposes were not played"
        for why, number in Counter(_ends(report)).most_common()
        if number > 1  # of one its own reason tells
    ]
    if "profile" in report:
        tests = report["profile"]["tests"]
        decided = sum(one["verdict"] in ("pass", "fail") for one in tests)
        notes.append(f"profile {report['profile']['name']}: {decided} of its {len(tests)} tests decided")
    firmware = report.get("firmware", {})
    if firmware.get("disagreements"):
        notes.append("not the firmware of its statement")
    elif (firmware.get("version") or firmware.get("sha256")) and not firmware.get("proven"):
        notes.append("firmware not proven")
    if report.get("compatibility") == "fail":
        notes.append("compatibility with meters in the field: fail")
    waived = [one for one in report["requirements"] if "waived" in one and one["verdict"] == "fail"]
    if waived:
        notes.append(f"{len(waived)} of what failed {'is' if len(waived) == 1 else 'are'} waived by the statement")
    return notes


def _ends(report: dict[str, Any]) -> list[str]:
    """What kept the bench from playing a purpose, for each of them: a table of verdicts hides the one cause of many."""
    reasons = (purpose["reason"] for one in report["requirements"] for purpose in one["purposes"])
    return [reason.removeprefix(_NOT_PLAYED).strip() for reason in reasons if reason.startswith(_NOT_PLAYED)]
