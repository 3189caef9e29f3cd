# SPDX-License-Identifier: Apache-2.0
"""Runs in real time, on machines that do other things too."""

from pathlib import Path
from typing import Any

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify

_TRIES = 3


def certify_in_time(options: Options, folder: Path, *, strict: bool = False) -> dict[str, Any]:
    """The report of a run in which the machine let the bench keep its time.

    What a bench that came too late says of a device is nothing; such a run is made again, three times at most.
    """
    for _ in range(_TRIES):
        report = certify(Campaign(options), folder, strict=strict)
        if not any("the bench came too late" in remark for remark in report["remarks"]):
            break
    return report
