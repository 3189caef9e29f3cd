# SPDX-License-Identifier: Apache-2.0
"""What a headline says of a run besides its verdict: each is something that a reader must not miss."""

from typing import Any

__all__ = ["headline_notes"]


def headline_notes(report: dict[str, Any]) -> list[str]:
    """Notes of a few words, the gravest first.

    Args:
        report: as ``report.json`` has it.
    """
    notes = []
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
