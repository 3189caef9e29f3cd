# SPDX-License-Identifier: Apache-2.0
"""What the catalogue says before a run, beside what the run says."""

from typing import Any

from xky.hil.campaign.condition import Facts
from xky.hil.catalogue.applicability import applicability
from xky.hil.catalogue.entries import entries
from xky.protocol import Mode


def check_applicability(report: dict[str, Any], facts: Facts) -> None:
    """No is not applicable, and yes is decided: of a sound device that reports what it claims, in all its modes."""
    verdicts = {one["id"]: one["verdict"] for one in report["requirements"]}
    modes = tuple({Mode(purpose["mode"]) for one in report["requirements"] for purpose in one["purposes"]})
    for id_, entry in entries().items():
        applies = applicability(entry.requirement, facts, modes)
        if applies.answer == "no":
            assert verdicts.get(id_, "not applicable") == "not applicable", f"{id_}: {applies.reason}"
        elif applies.answer == "yes":
            assert verdicts[id_] in ("pass", "fail"), id_
