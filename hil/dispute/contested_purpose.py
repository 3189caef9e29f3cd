# SPDX-License-Identifier: Apache-2.0
"""A purpose of a report, found again in its folder by its name, with the record by which it was judged."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xky.protocol import InputError, Mode

from ..campaign.evidence import BEFORE

__all__ = ["Contested", "contested_in"]

_WORST_FIRST = ("fail", "inconclusive", "pass", "not applicable")


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
