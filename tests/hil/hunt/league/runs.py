# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for runs of decoders: reports and records made by hand."""

from typing import Any

from xky.boards import board_named
from xky.emulator import Truth
from xky.hil.bench.reading import Reading, Said
from xky.hil.campaign.record import Record
from xky.protocol import Mode

__all__ = ["SECRET", "purpose", "record", "report"]

SECRET = "<b>what it died of</b>"  # what must not be found again


def purpose(id_: str, verdict: str, reason: str = "", line: str = "") -> dict[str, Any]:
    """One purpose of a report, with one line of each kind."""
    shown = [line] if line else []
    return {"id": id_, "verdict": verdict, "reason": reason, **dict.fromkeys(("sent", "expected", "seen"), shown)}


def report(*purposes: dict[str, Any], seed: int = 7) -> dict[str, Any]:
    """A report with a requirement for each of its purposes."""
    requirements = [
        {
            "id": one["id"].partition("/")[0],
            "level": "should" if "LBL" in one["id"] else "must",
            "verdict": one["verdict"],
            "purposes": [one],
        }
        for one in purposes
    ]
    return {"requirements": requirements, "decided": len(purposes), "total": len(purposes), "seed": seed}


def record(mode: Mode = Mode.HISTORIC, **told: Any) -> Record:
    """A record of four hundred seconds, with a reading at its end unless told."""
    readings = told.pop("readings", [Reading(399.0, {"PAPP": Said("00390")})])
    return Record(mode, board_named("generic"), 1.0, None, Truth(), readings, [], duration_s=400.0, **told)
