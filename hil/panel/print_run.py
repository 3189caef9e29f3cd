# SPDX-License-Identifier: Apache-2.0
"""A run of a panel, for people."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..console import PlainConsole
from ..terminal import counted
from .layout import STORED

__all__ = ["print_run"]


def print_run(run: Mapping[str, Any], console: PlainConsole) -> None:
    """Print what was made, and where it is.

    Args:
        run: as ``PanelRun.as_json`` tells it.
        console: that it goes to.
    """
    say = partial(console.print, soft_wrap=True)
    readings: Mapping[str, int] = run["readings"]
    due = sum(readings.values())
    lost = {cause: number for cause, number in readings.items() if cause != STORED and number}
    say(f"{run['name']}, seed {run['seed']}: {counted(run['homes_done'], 'home')}, {run['from']} to {run['until']}")
    say(f"readings due {due}, arrived {readings[STORED]}")
    if lost:
        say("lost by " + ", ".join(f"{cause} {number}" for cause, number in lost.items()))
    if run["speed"] is not None:
        say(f"in real time, {run['speed']:g} times as fast; at most {run['worst_late_s']:.2f} s behind")
    for remark in run["remarks"]:
        say(remark)
    say(f"in {run['out']}; xky panel reconcile {run['out']} compares")
